/** Why we want a worker to stop. The first cause counts. */
export type StopCause =
  'timeout' | 'interrupt' | 'handle_lost' | 'window' | 'brake' | 'bystanders' | WaitCause;

/** The bound of a wait for a lock, by its name in a runbook, that lasted longer. */
export type WaitCause = 'lock_timeout' | 'old_transactions_timeout';

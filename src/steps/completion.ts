/** The setting through which a worker learns which attempt it is. */
export const ATTEMPT_SETTING = 'pg_runbook.attempt';

/** The setting through which a walker learns the digest of the run's guards, whose SQL it executes. */
export const GUARDS_SETTING = 'pg_runbook.guards';

/**
 * Adds a completion marker that commits with the work, in the same transaction: whoever finds it
 * knows that the work is committed, whatever crashed. The last statement is ours and has no rows, so
 * that the user's rows never fill the queue, and what is read are the tags of all statements. The line
 * break ends a comment that the user's text may end with.
 */
export function withCompletionMarker(sql: string): string {
  return `${sql.trimEnd()}
;
INSERT INTO runbook.completion (attempt_id)
VALUES (pg_catalog.current_setting('${ATTEMPT_SETTING}'))`;
}

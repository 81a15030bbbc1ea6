/** Why we want a worker to stop. The first cause counts. */
export type StopCause = 'timeout' | 'interrupt' | 'handle_lost' | 'window' | 'brake' | 'bystanders';

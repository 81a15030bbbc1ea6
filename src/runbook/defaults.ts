/** What a runbook means where it says nothing. */
export const DEFAULT_WORKERS = 2;
export const DEFAULT_KEEP_FREE = 1;
export const DEFAULT_KEEP_DAYS = 90;
export const DEFAULT_CONCURRENCY = 1;
export const DEFAULT_RETRY_DELAY_MS = 10_000;
export const DEFAULT_RETRY_MAX_DELAY_MS = 300_000;
/** lock_not_available, deadlock_detected, serialization_failure: the same task may pass later. */
export const DEFAULT_RETRY_ON: readonly string[] = ['55P03', '40P01', '40001'];

/** Batches of kinds that walk a table. */
export const DEFAULT_BATCH_ROWS = 1_000;
export const DEFAULT_BATCH_MAX_ROWS = 100_000;
export const DEFAULT_BATCH_TARGET_MS = 500;

/** A plan is made for a review, and a window that follows within days. */
export const DEFAULT_DRIFT_MAX_AGE_MS = 7 * 24 * 3_600_000;
export const DEFAULT_DRIFT_GROWTH = 0.5;
export const DEFAULT_DRIFT_GONE = 0;

/** Longer than most of what guards wait for, and shorter than a night. */
export const DEFAULT_MAX_PAUSE_MS = 3_600_000;

/** A few that wait for a moment are everyday traffic; more of them, for longer, are an incident. */
export const DEFAULT_MAX_BLOCKED = 5;
export const DEFAULT_BLOCKED_FOR_MS = 2_000;

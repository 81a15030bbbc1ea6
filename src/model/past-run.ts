import type { RunStatus } from './status.js';

/** A run in the history, with what it brought. */
export interface PastRun {
  readonly run_id: string;
  readonly runbook: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly exit_code: number | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly duration_ms: number | null;
  readonly tasks: number;
  /** Failed, timed out, cancelled or unknown. */
  readonly troubled: number;
  readonly deferred: number;
  /** By the catalogs, before and after each target; negative when they grew. */
  readonly bytes_freed: number;
  readonly dead_rows_removed: number;
}

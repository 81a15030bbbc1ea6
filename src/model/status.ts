/** The states of a task; the same words in the ledger, the report and the types. */
export const TASK_STATUSES = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
  'detached',
  'unknown',
] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

/** A status with its reason and what the server called it. */
export interface Verdict {
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly sqlstate: string | null;
  /** True: it is left to the next run. */
  readonly deferred?: boolean;
}

export const RUN_STATUSES = [
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'detached',
  'deferred',
  'unknown',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** Most telling first: of several states, the one that a summary must not hide. */
const BY_WEIGHT: readonly TaskStatus[] = [
  'unknown',
  'failed',
  'timed_out',
  'cancelled',
  'running',
  'pending',
  'detached',
  'succeeded',
  'skipped',
];

/** True for a state that can change no more. */
export function isFinal(status: TaskStatus): boolean {
  return status !== 'pending' && status !== 'running' && status !== 'detached';
}

/**
 * The state of a whole, from the states of its parts: the one that must not be hidden.
 * A whole with no parts had nothing to do, and that succeeded.
 */
export function combineStatuses(parts: readonly TaskStatus[]): TaskStatus {
  return BY_WEIGHT.find((status) => parts.includes(status)) ?? 'succeeded';
}

/** True for a state that makes a run fail. */
export function isFailure(status: TaskStatus): boolean {
  return status === 'failed' || status === 'timed_out' || status === 'cancelled';
}

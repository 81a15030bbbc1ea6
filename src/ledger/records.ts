import type { Attempt, Task } from '../generated/report.v1.js';
import type { Execution } from '../model/execution.js';
import type { StopCause } from '../model/stop-cause.js';
import type { Verdict } from '../model/status.js';
import type { Outcome } from '../postgres/background/worker.js';

/** A task by the keys of its row. */
export interface TaskKey {
  readonly stepId: string;
  readonly number: number;
}

/** What of a task changes as it goes on. */
export interface TaskChange extends Pick<Task, 'status' | 'reason' | 'targets'> {
  readonly step: string;
  readonly number: number;
  /** Pieces of work that wait for their launch. */
  readonly items: number;
  /** Never launched, since the run could not come to it. */
  readonly blocked: boolean;
  /** Left undone by a window that closed. */
  readonly deferred: boolean;
  /** Until the next launch; null when it need not wait. */
  readonly delay_ms: number | null;
}

/** An attempt that is recorded and not launched. */
export interface PreparedAttempt {
  readonly attempt_id: string;
  readonly sql: string;
  readonly target_oids: readonly number[];
  readonly attempt: Attempt;
}

/** A task, with its next attempt if any of its targets is left. */
export type Prepared = { readonly task: TaskChange } & (
  | PreparedAttempt
  | {
      readonly attempt_id?: undefined;
      /** The run that works on one of its relations: it waits. */
      readonly busy?: string;
      /** Who asked for its step to be cancelled, and how: it waits to be ended with the others. */
      readonly cancelled_by?: string;
    }
);

/** An attempt that was judged, and what comes next of its task. */
export interface Settled {
  readonly attempt: Attempt;
  readonly task: TaskChange;
  /** Into how many a failed pack was split. */
  readonly parts: number;
  /** OIDs of invalid indexes that are known to be its own. */
  readonly built_indexes: readonly number[];
  /** Until it is tried again; null when it is not. */
  readonly retry_in_ms: number | null;
}

/** How an attempt ended, as far as those who watched it know. */
export interface AttemptEnd {
  readonly id: string;
  readonly execution: Execution;
  readonly outcome: Outcome;
  readonly cause: StopCause | undefined;
  /** When the worker began, where it was seen. */
  readonly backendStart: string | null;
  readonly elapsedMs: number;
  readonly launchedAt: string;
  readonly finishedAt: string;
}

/** The handle of a launched attempt. */
export interface Launch {
  readonly id: string;
  readonly attempt: Pick<Attempt, 'pid' | 'cookie' | 'launched_at'>;
}

/** What was learnt of an attempt while it runs. */
export interface AttemptNote {
  readonly id: string;
  readonly backendStart: string | null;
  readonly cause: StopCause | undefined;
  readonly builtIndexes: ReadonlySet<number>;
}

/** Why a task ends without a launch, or after a refused one. */
export interface TaskEnd {
  readonly task: TaskKey;
  readonly verdict: Verdict;
}

/** A task that ended so. */
export interface Ended {
  readonly task: TaskChange;
  /** The attempt that was recorded for it, if any. */
  readonly attempt: Attempt | null;
}

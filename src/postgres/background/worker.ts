import type { Handle, WorkerIdentity } from '../../model/identity.js';
import type { Notice } from '../session.js';

/** What to launch. */
export interface LaunchCommand {
  readonly sql: string;
  /** Bytes of the worker's output queue. */
  readonly queueSize: number;
  readonly applicationName: string;
  /** Settings of the worker, set only for the launch and inherited by it. */
  readonly settings: Readonly<Record<string, string>>;
}

/** How a worker ended, as far as pg_background tells. */
export type Outcome =
  | {
      readonly type: 'completed';
      readonly commandTag: string;
      readonly rowCount: number;
      /** The command tags of all its statements; undefined where its output was not read, or has rows. */
      readonly tags: readonly string[] | undefined;
      readonly notices: readonly Notice[];
    }
  | {
      readonly type: 'error';
      readonly sqlstate: string;
      readonly message: string;
      readonly detail: string | undefined;
      readonly hint: string | undefined;
    }
  /** Nothing was said of success or failure; `gone` when the process certainly does not run any more. */
  | { readonly type: 'silent'; readonly why: string; readonly gone: boolean };

/** A worker at one poll. */
export interface WorkerState {
  readonly handle: Handle;
  /** Undefined as long as the process does not show in pg_stat_activity yet. */
  readonly identity: WorkerIdentity | undefined;
  readonly ended: boolean;
  /** Only when it ended, and only where the version can tell without reading the queue. */
  readonly outcome: Outcome | undefined;
  readonly waitEvent: string | undefined;
  readonly waitsForLock: boolean;
  /** Invalid indexes that its REINDEX CONCURRENTLY has made or is about to drop. */
  readonly buildingIndexes: readonly number[];
}

/** The wait events of a worker whose queue is full and whom nobody reads. */
export const QUEUE_FULL_EVENTS = ['MessageQueuePutMessage', 'MessageQueueSend'];

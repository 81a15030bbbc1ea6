import { createHash } from 'node:crypto';
import type { Core } from '../ledger/core.js';
import type { Seal } from '../ledger/new-rows.js';
import type { LedgerStore } from '../ledger/store.js';
import type { RunnablePlan } from '../model/live-plan.js';
import type { Settings } from '../model/runbook.js';
import { taskDigest } from '../plan/task-digest.js';
import type { BackgroundClient } from '../postgres/background/client.js';
import type { Session } from '../postgres/session.js';
import type { Clock } from './clock.js';
import type { EventListener } from './events.js';
import type { LookListener } from './live.js';
import type { ReportSaver } from './report-saver.js';
import type { RunState } from './run-state.js';
import type { RunWindow } from './run-window.js';

/** What the parts of the engine share during one run. */
export interface RunContext {
  readonly plan: RunnablePlan;
  /** The report as it stands. */
  readonly state: RunState;
  /** Interrupted tasks that were not done again, since that may do harm, by id. */
  readonly refused: readonly string[];
  /** Owns the handles of the workers. */
  readonly session: Session;
  readonly background: BackgroundClient;
  readonly ledger: LedgerStore;
  readonly core: Core;
  /** Settings that workers get besides those of the plan. */
  readonly workerDefaults: Settings;
  /** Of the seals of this run's tasks; it is nowhere but in this process and its supervisors. */
  readonly key: string;
  /** Steps whose tasks are sealed with another engine's key, by id. */
  readonly sealedByOthers: Set<string>;
  /** How often each detached step was given to a supervisor, by its id. */
  readonly handOvers: Map<string, number>;
  /** Undefined when nothing but its work ends the run. */
  readonly window: RunWindow | undefined;
  readonly clock: Clock;
  /** Aborted when nothing more may be launched and what runs is to be cancelled. */
  readonly stop: AbortSignal;
  readonly emit: EventListener;
  /** Undefined when nobody watches: then nothing is looked at for them. */
  readonly onLook: LookListener | undefined;
  readonly saver: ReportSaver;
}

/**
 * Seals tasks with a key.
 * @see src/ledger/functions/prepare.sql, runbook.seal_of
 */
export function sealWith(key: string, runId: string): Seal {
  return (step, task) =>
    createHash('sha256')
      .update([key, runId, step, String(task.number), taskDigest(task)].join('/'))
      .digest('hex');
}

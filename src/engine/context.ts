import type { ReportV1 } from '../generated/report.v1.js';
import type { AttemptLedger } from '../ledger/attempts.js';
import type { LedgerStore } from '../ledger/store.js';
import type { BackgroundClient } from '../postgres/background/client.js';
import type { RunnablePlan } from '../model/live-plan.js';
import type { Session } from '../postgres/session.js';
import type { Clock } from './clock.js';
import type { EventListener } from './events.js';
import type { LookListener } from './live.js';
import type { RunSessions } from './sessions.js';
import type { RunWindow } from './run-window.js';
import type { StepState, TaskState } from './state.js';

/** What the parts of the engine share during one run. */
export interface RunContext {
  readonly record: ReportV1;
  readonly steps: readonly StepState[];
  /** Interrupted tasks that were not done again, since that may do harm. */
  readonly refused: readonly TaskState[];
  readonly sessions: RunSessions;
  /** Launches and polls; its session owns the handles. */
  readonly background: BackgroundClient;
  /** Everything else: the ledger, the evidence, signals. Never the session that owns the handles. */
  readonly observer: Session;
  readonly ledger: LedgerStore;
  readonly attempts: AttemptLedger;
  /** The role's own search_path, which is for the workers. */
  readonly searchPath: string;
  /** Undefined when nothing but its work ends the run. */
  readonly window: RunWindow | undefined;
  readonly guards: RunnablePlan['guards'];
  readonly clock: Clock;
  /** Aborted when nothing more may be launched and what runs is to be cancelled. */
  readonly stop: AbortSignal;
  readonly emit: EventListener;
  /** Undefined when nobody watches: then nothing is looked at for them. */
  readonly onLook: LookListener | undefined;
  /** Called whenever the report has something new worth keeping. */
  readonly save: () => Promise<void>;
}

/** All tasks whose worker lives, as far as is known. */
export function workingTasks(context: Pick<RunContext, 'steps'>): TaskState[] {
  return context.steps.flatMap((step) =>
    [...step.inHand].filter((task) => task.working !== undefined),
  );
}

import { randomBytes } from 'node:crypto';
import type { ReportV1 } from '../generated/report.v1.js';
import { readBrake } from '../ledger/brake.js';
import { Core } from '../ledger/core.js';
import { refusals } from '../ledger/refusals.js';
import { clearResidue } from '../ledger/residue.js';
import { LedgerStore, type EngineOrigin } from '../ledger/store.js';
import { BackgroundClient } from '../postgres/background/client.js';
import { chooseDialect } from '../postgres/background/detect.js';
import type { BackgroundDialect } from '../postgres/background/dialect.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { readServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import { systemClock, type Clock } from './clock.js';
import { summarize } from './summary.js';
import type { RunContext } from './context.js';
import type { EventListener } from './events.js';
import type { LookListener } from './live.js';
import { engineOrder } from './driver-order.js';
import type { RestoredRun } from './restore.js';
import { ReportSaver } from './report-saver.js';
import { RunState } from './run-state.js';
import { readWorkerDefaults } from './sessions.js';

const KEY_BYTES = 16;

/** What running and resuming have in common. */
export interface EngineOptions {
  readonly runId: string;
  readonly connection: ConnectionSettings;
  readonly origin: EngineOrigin;
  /** Aborted with the exit code of a signal: nothing more is launched, what runs is cancelled. */
  readonly stop: AbortSignal;
  readonly onEvent: EventListener;
  /**
   * Called before the first launch, after each step and at the end, with the report as it stands.
   * Only what it throws the first time prevents the run.
   */
  readonly onReport: (report: ReportV1) => Promise<void>;
  /** Called about once a second with what the workers do; without it the server is not asked. */
  readonly onLook?: LookListener;
  readonly clock?: Clock;
  /** Instead of the one that the server's extension asks for. */
  readonly dialect?: BackgroundDialect;
}

/**
 * What the parts of the engine need for a run.
 * @param old the context of before a connection was lost.
 */
export async function makeContext(
  options: EngineOptions,
  session: Session,
  {
    record,
    refused,
    supervised,
    window,
    plan,
  }: Pick<RestoredRun, 'record' | 'refused' | 'supervised' | 'plan'> & Pick<RunContext, 'window'>,
  old?: RunContext,
): Promise<RunContext> {
  const { clock = systemClock } = options;
  const dialect = options.dialect ?? chooseDialect(await readServerInfo(session));
  const context = {
    plan,
    state: new RunState(record, options.onEvent),
    refused,
    session,
    background: new BackgroundClient(dialect, session),
    ledger: new LedgerStore(session),
    core: new Core(session, options.runId),
    workerDefaults: await readWorkerDefaults(session, plan.budget.workers),
    key: old?.key ?? randomBytes(KEY_BYTES).toString('hex'),
    sealedByOthers: new Set<string>(supervised),
    handOvers: old?.handOvers ?? new Map<string, number>(),
    window,
    clock,
    stop: options.stop,
    emit: options.onEvent,
    onLook: options.onLook,
    saver: new ReportSaver(() => {
      record.summary = summarize(record);
      return options.onReport(record);
    }, clock),
  };
  context.core.begin(engineOrder(context));
  return context;
}

/** Nothing begins while all runs are paused: cron comes again. */
export async function refuseBraked(session: Session): Promise<void> {
  const by = await readBrake(session);
  if (by === null) return;
  throw refusals.brake(by);
}

/** Closes the session when the work fails. */
export async function guarded<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Invalid indexes cost every write, and lost workers hold slots and locks: what is ours goes first. */
export async function clearBefore({ state: { record }, session, emit }: RunContext): Promise<void> {
  record.residue.before = await clearResidue(session);
  for (const residue of record.residue.before) emit({ type: 'residue_found', residue });
}

import type { ReportV1 } from '../generated/report.v1.js';
import { AttemptLedger } from '../ledger/attempts.js';
import { readBrake } from '../ledger/brake.js';
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
import { summarize } from './conclude.js';
import type { RunContext } from './context.js';
import type { EventListener } from './events.js';
import type { LookListener } from './live.js';
import type { RestoredRun } from './restore.js';
import type { RunSessions } from './sessions.js';

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

/** What the parts of the engine need for a run. */
export async function makeContext(
  options: EngineOptions,
  sessions: RunSessions,
  {
    record,
    steps,
    refused,
    window,
    plan,
  }: Pick<RestoredRun, 'record' | 'steps' | 'refused' | 'plan'> & Pick<RunContext, 'window'>,
): Promise<RunContext> {
  const { observer } = sessions;
  const dialect = options.dialect ?? chooseDialect(await readServerInfo(observer));
  return {
    record,
    steps,
    refused,
    sessions,
    background: new BackgroundClient(dialect, sessions.control),
    observer,
    ledger: new LedgerStore(observer),
    attempts: new AttemptLedger(observer),
    searchPath: sessions.searchPath,
    window,
    guards: plan.guards,
    clock: options.clock ?? systemClock,
    stop: options.stop,
    emit: options.onEvent,
    onLook: options.onLook,
    save: () => {
      record.summary = summarize(record);
      return options.onReport(record);
    },
  };
}

/** Nothing begins while all runs are paused: cron comes again. */
export async function refuseBraked(observer: Session): Promise<void> {
  const by = await readBrake(observer);
  if (by === null) return;
  throw refusals.brake(by);
}

/** Closes the sessions when the work fails. */
export async function guarded<T>(
  sessions: { readonly [name in 'control' | 'observer']: RunSessions[name] | undefined },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await sessions.control?.close();
    await sessions.observer?.close();
    throw error;
  }
}

/** Invalid indexes cost every write, and lost workers hold slots and locks: what is ours goes first. */
export async function clearBefore({ record, observer, emit }: RunContext): Promise<void> {
  record.residue.before = await clearResidue(observer);
  for (const residue of record.residue.before) emit({ type: 'residue_found', residue });
}

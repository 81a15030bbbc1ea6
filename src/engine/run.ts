import { EXIT, RunbookError, type ExitCode } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { AttemptLedger } from '../ledger/attempts.js';
import { LedgerStore, type EngineOrigin } from '../ledger/store.js';
import { BackgroundClient } from '../postgres/background/client.js';
import { chooseDialect } from '../postgres/background/detect.js';
import type { BackgroundDialect } from '../postgres/background/dialect.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { asRunbookError, isConnectionLost } from '../postgres/errors.js';
import { readServerInfo } from '../postgres/server.js';
import { systemClock, toTimestamp, type Clock } from './clock.js';
import { concludeRun, summarize } from './conclude.js';
import type { RunContext } from './context.js';
import type { EventListener } from './events.js';
import { abandonTasks, finishSteps } from './finish.js';
import { runLoop } from './loop.js';
import { settleAfterLoss } from './loss.js';
import { openSessions, type RunSessions } from './sessions.js';
import { newRecord, StepState } from './state.js';

export interface RunOptions {
  readonly plan: PlanV1;
  readonly runId: string;
  readonly connection: ConnectionSettings;
  /** True: run a version whose content changed since it first ran. */
  readonly allowChanged: boolean;
  readonly origin: EngineOrigin;
  /** Aborted with the exit code of a signal: nothing more is launched, what runs is cancelled. */
  readonly stop: AbortSignal;
  readonly onEvent: EventListener;
  /**
   * Called before the first launch, after each step and at the end, with the report as it stands.
   * Only what it throws the first time prevents the run.
   */
  readonly onReport: (report: ReportV1) => Promise<void>;
  readonly clock?: Clock;
  /** Instead of the one that the server's extension asks for. */
  readonly dialect?: BackgroundDialect;
}

/**
 * Runs a plan to its end and returns the report. The ledger must exist. The returned report tells
 * every outcome, also when the run failed; only what prevented the run from starting is thrown.
 */
export async function runPlan(options: RunOptions): Promise<ReportV1> {
  const { plan, runId, connection } = options;
  const sessions = await openSessions(connection, runId, plan.budget.workers);
  try {
    const context = await makeContext(options, sessions);
    await context.ledger.claimVersion(plan.runbook, options.allowChanged);
    // A report that cannot be written shows before anything is launched.
    await context.save();
    const executions = Object.fromEntries(context.steps.map((s) => [s.id, s.execution]));
    await context.ledger.startRun(context.record, plan, executions, options.origin);
    context.emit({ type: 'run_started', run: context.record.run });
    await finishSteps(
      context,
      context.steps.filter((step) => step.tasks.length === 0),
    );
    await execute(context, options);
    return context.record;
  } finally {
    await sessions.control.close();
    await sessions.observer.close();
  }
}

async function makeContext(options: RunOptions, sessions: RunSessions): Promise<RunContext> {
  const clock = options.clock ?? systemClock;
  const record = newRecord(options.plan, options.runId, toTimestamp(clock.now()));
  const dialect = options.dialect ?? chooseDialect(await readServerInfo(sessions.observer));
  return {
    record,
    steps: options.plan.steps.map((step, index) => {
      const stepRecord = record.steps[index];
      if (stepRecord === undefined) throw new Error(`no record of step ${step.id}`);
      return new StepState(step, stepRecord, options.plan.server.version_number);
    }),
    background: new BackgroundClient(dialect, sessions.control),
    observer: sessions.observer,
    ledger: new LedgerStore(sessions.observer),
    attempts: new AttemptLedger(sessions.observer),
    searchPath: sessions.searchPath,
    clock,
    stop: options.stop,
    emit: options.onEvent,
    save: () => {
      record.summary = summarize(record);
      return options.onReport(record);
    },
  };
}

async function execute(context: RunContext, options: RunOptions): Promise<void> {
  try {
    await runLoop(context);
    conclude(context, undefined);
    await context.ledger.finishRun(context.record.run);
  } catch (error) {
    await recover(context, options, error);
  }
  context.emit({ type: 'run_ended', run: context.record.run });
  await context.save();
}

async function recover(context: RunContext, options: RunOptions, error: unknown): Promise<void> {
  const told = asRunbookError(error);
  const reason = messageOf(told);
  if (isConnectionLost(told)) context.emit({ type: 'connection_lost', message: reason });
  const end = (): void => {
    conclude(context, reason);
    const { run } = context.record;
    if (told instanceof RunbookError && !isConnectionLost(told) && run.status !== 'unknown') {
      run.status = 'failed';
      run.exit_code = told.exitCode;
    }
  };
  let trouble: unknown;
  try {
    await settleAfterLoss(context, options.connection, reason, end);
  } catch (second) {
    trouble = asRunbookError(second);
    abandonTasks(context, `${reason}; then: ${messageOf(trouble)}`);
    end();
  }
  await context.save();
  // A defect of our own must not pass as a failed run: it is recorded, and told as what it is.
  for (const defect of [told, trouble]) {
    if (defect instanceof Error && !(defect instanceof RunbookError)) throw defect;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function conclude({ record, stop, clock }: RunContext, lost: string | undefined): void {
  const interrupted = stop.aborted ? exitCodeOf(stop.reason) : undefined;
  const { status, exitCode, reason } = concludeRun(record, interrupted, lost);
  const { run } = record;
  run.status = status;
  run.exit_code = exitCode;
  run.reason = reason ?? null;
  run.finished_at = toTimestamp(clock.now());
  record.summary = summarize(record);
}

function exitCodeOf(reason: unknown): ExitCode {
  return reason === EXIT.terminated ? EXIT.terminated : EXIT.interrupted;
}

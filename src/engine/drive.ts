import { describeStop, EXIT, messageOf, RunbookError, signalExitCode } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { clearResidue } from '../ledger/residue.js';
import { nextCommands } from '../model/next-commands.js';
import { isFinal } from '../model/status.js';
import { asRunbookError, isConnectionLost } from '../postgres/errors.js';
import { toTimestamp } from './clock.js';
import { concludeRun, summarize, type Cancelled } from './conclude.js';
import type { RunContext } from './context.js';
import { abandonTasks, finishSteps } from './finish.js';
import { refreshStep } from './hand-over.js';
import { runLoop } from './loop.js';
import { stepEnds } from './report-of.js';
import { stopAndSettle } from './loss.js';

/** A connection that is lost more often is no accident. */
const MOST_LOSSES = 10;
const RECONNECT_FOR_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5_000;

/**
 * Drives a run to its end, whatever happens to its connections.
 * @param takeUp takes the run up again from the ledger, with what is left of a context.
 */
export async function drive(
  first: RunContext,
  takeUp: (old: RunContext) => Promise<RunContext>,
): Promise<ReportV1> {
  let context = first;
  try {
    for (let losses = 0; ; losses += 1) {
      const error = await attempt(context, losses);
      if (error === undefined) break;
      const lost = isConnectionLost(error) && losses < MOST_LOSSES;
      const next = lost ? await reconnect(context, takeUp, error) : undefined;
      if (next === undefined) {
        await giveUp(context, error, lost);
        break;
      }
      context = next;
    }
  } finally {
    await context.sessions.control.close();
    await context.sessions.observer.close();
  }
  context.emit({ type: 'run_ended', run: context.record.run });
  await context.save();
  return context.record;
}

/** @returns what stopped the run before its end, if anything did. */
async function attempt(context: RunContext, losses: number): Promise<unknown> {
  try {
    await runLoop(context);
    await refreshDetached(context);
    conclude(context, undefined, await readCancelled(context));
    noteLosses(context, losses);
    await finishRun(context);
    return undefined;
  } catch (error) {
    return asRunbookError(error);
  }
}

/** A step whose tasks have all ended is over, though its supervisor may be about to say so. */
async function refreshDetached(context: RunContext): Promise<void> {
  const detached = context.steps.filter((step) => step.handedOver);
  for (const step of detached) await refreshStep(context, step);
  const over = detached.filter(
    ({ record }) => !isFinal(record.status) && record.tasks.every((task) => isFinal(task.status)),
  );
  await finishSteps(context, over);
}

/** By whom the run was cancelled; undefined: by nobody, or all was done by then. */
async function readCancelled({ ledger, record, stop }: RunContext): Promise<Cancelled | undefined> {
  const reason = await ledger.readCancelledRun(record.run.id);
  if (reason === undefined) return undefined;
  return { reason, exitCode: stop.aborted ? signalExitCode(stop.reason) : EXIT.taskFailed };
}

/** Records the end of the run, and what is lying about in the database then. */
async function finishRun({ record, observer, ledger }: RunContext): Promise<void> {
  record.residue.after = await clearResidue(observer);
  await ledger.finishRun(record);
}

/** What went well in the end should still be known. */
function noteLosses({ record: { run } }: RunContext, losses: number): void {
  if (losses === 0) return;
  const note = `the connection was lost${losses === 1 ? '' : ` ${String(losses)} times`}`;
  run.reason = `${note}; ${run.reason ?? 'the run went on'}`;
}

/** Undefined when the server did not come back in time. */
async function reconnect(
  context: RunContext,
  takeUp: (old: RunContext) => Promise<RunContext>,
  error: unknown,
): Promise<RunContext | undefined> {
  const { clock } = context;
  context.emit({ type: 'connection_lost', message: messageOf(error) });
  const until = clock.now() + RECONNECT_FOR_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
    try {
      return await takeUp(context);
    } catch (second) {
      if (!isPassing(second)) throw second;
      if (clock.now() >= until) return undefined;
    }
    await clock.sleep(pauseMs);
  }
}

/** A server that is down, starting, or out of connections may be there again in a moment. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof RunbookError && ['connection_failed', 'connection_lost'].includes(error.code)
  );
}

/**
 * Ends a run that cannot go on, with a report that says what is known.
 * @param unreachable true when the server did not come back.
 */
async function giveUp(context: RunContext, error: unknown, unreachable: boolean): Promise<void> {
  const reason = messageOf(error);
  const { stop } = context;
  const cancelled = stop.aborted
    ? { reason: `cancelled by ${describeStop(stop.reason)}`, exitCode: signalExitCode(stop.reason) }
    : undefined;
  const end = (): void => {
    conclude(context, reason, cancelled);
    const { run } = context.record;
    if (error instanceof RunbookError && !isConnectionLost(error) && run.status !== 'unknown') {
      run.status = 'failed';
      run.exit_code = error.exitCode;
    }
  };
  let trouble: unknown;
  try {
    if (unreachable) abandonTasks(context, `${reason}; the server did not come back`);
    else await stopAndSettle(context, reason);
    end();
    if (!unreachable) await finishRun(context);
  } catch (second) {
    trouble = asRunbookError(second);
    abandonTasks(context, `${reason}; then: ${messageOf(trouble)}`);
    end();
  }
  await context.save();
  // A defect of our own must not pass as a failed run: it is recorded, and told as what it is.
  for (const defect of [error, trouble]) {
    if (defect instanceof Error && !(defect instanceof RunbookError)) throw defect;
  }
}

function conclude(
  context: RunContext,
  lost: string | undefined,
  cancelled: Cancelled | undefined,
): void {
  const { record, clock, refused } = context;
  const names = refused.map((task) => task.record.id);
  const { status, exitCode, reason } = concludeRun(record, cancelled, lost, names);
  const { run } = record;
  run.status = status;
  run.exit_code = exitCode;
  run.reason = reason ?? null;
  // Detached steps go on; whoever ends the last one says when.
  const goesOn = record.steps.some((step) => !isFinal(step.status));
  run.finished_at = goesOn ? null : toTimestamp(clock.now());
  if (!goesOn) run.paused_by = null;
  run.next_commands = nextCommands(
    run.id,
    status,
    stepEnds(
      record.steps,
      context.steps.map((step) => step.plan),
    ),
  );
  record.summary = summarize(record);
}

import { messageOf, RunbookError, signalExitCode, type ExitCode } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { clearResidue } from '../ledger/residue.js';
import type { EngineEnd, RunEnd } from '../ledger/store.js';
import { nextCommands } from '../model/next-commands.js';
import { asRunbookError, isConnectionLost } from '../postgres/errors.js';
import { abandonedRun, abandonTasks } from './abandon.js';
import type { RunContext } from './context.js';
import { refreshStep } from './hand-over.js';
import { runLoop } from './loop.js';
import { stepEnds } from './report-of.js';
import { stopAndSettle } from './loss.js';
import { summarize } from './summary.js';

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
    await context.session.close();
  }
  const { record } = context.state;
  context.emit({ type: 'run_ended', run: record.run });
  await context.saver.now();
  return record;
}

/** @returns what stopped the run before its end, if anything did. */
async function attempt(context: RunContext, losses: number): Promise<unknown> {
  try {
    await runLoop(context);
    await finishRun(context, { note: noteOf(losses) });
    return undefined;
  } catch (error) {
    return asRunbookError(error);
  }
}

/** Records the end of the run, and what is left over in the database then. */
async function finishRun(
  context: RunContext,
  end: Partial<Pick<EngineEnd, 'note' | 'lost' | 'error_exit'>>,
): Promise<void> {
  const { ledger, plan, refused, session, state, stop } = context;
  const { record } = state;
  record.residue.after = await clearResidue(session);
  const ended = await ledger.concludeRun(record.run.id, {
    ...{ note: null, lost: null, error_exit: null },
    ...end,
    signal_exit: stop.aborted ? signalExitCode(stop.reason) : null,
    residue: record.residue,
    refused,
  });
  for (const { id, policy } of plan.steps) if (policy === 'detach') await refreshStep(context, id);
  tellRunEnd(context, ended);
}

function tellRunEnd({ plan, state: { record } }: RunContext, ended: RunEnd): void {
  Object.assign(record.run, ended);
  const ends = stepEnds(record.steps, plan.steps);
  record.run.next_commands = nextCommands(record.run.id, ended.status, ends);
  record.summary = summarize(record);
}

/** What went well in the end should still be known. */
function noteOf(losses: number): string | null {
  if (losses === 0) return null;
  return `the connection was lost${losses === 1 ? '' : ` ${String(losses)} times`}`;
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
  const lost = messageOf(error);
  const error_exit =
    error instanceof RunbookError && !isConnectionLost(error) ? error.exitCode : null;
  let trouble: unknown;
  try {
    if (unreachable) abandon(context, lost, 'the server did not come back', error_exit);
    else {
      await stopAndSettle(context, lost);
      await finishRun(context, { lost, error_exit });
    }
  } catch (second) {
    trouble = asRunbookError(second);
    abandon(context, lost, `then: ${messageOf(trouble)}`, error_exit);
  }
  await context.saver.now();
  // A defect of our own must not pass as a failed run: it is recorded, and told as what it is.
  for (const defect of [error, trouble]) {
    if (defect instanceof Error && !(defect instanceof RunbookError)) throw defect;
  }
}

/** Without the server nothing is recorded but in the report. */
function abandon(
  context: RunContext,
  lost: string,
  more: string,
  errorExit: ExitCode | null,
): void {
  abandonTasks(context, `${lost}; ${more}`);
  tellRunEnd(context, abandonedRun(context, lost, errorExit));
}

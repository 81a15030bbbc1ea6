import { RunbookError } from '../errors.js';
import type { Step } from '../generated/report.v1.js';
import { claimOn, tryClaim, tryClaimRun } from '../ledger/claims.js';
import { Core } from '../ledger/core.js';
import { refuseElsewhere } from '../ledger/read.js';
import { LedgerStore } from '../ledger/store.js';
import { listSome } from '../model/phrases.js';
import { isFailure, isFinal } from '../model/status.js';
import type { Session } from '../postgres/session.js';
import { endLostSession } from '../postgres/signal.js';
import { systemClock, toTimestamp, type Clock } from './clock.js';
import { sealWith, type RunContext } from './context.js';
import {
  clearBefore,
  guarded,
  makeContext,
  refuseBraked,
  type EngineOptions,
} from './make-context.js';
import { takeTurn } from './overlap.js';
import { reconcileRun } from './reconcile.js';
import { restoreRun, type RestoredRun } from './restore.js';
import { openWindow } from './run-window.js';
import { openSession } from './sessions.js';

/** A worker shows in pg_stat_activity some milliseconds after its launch, on a busy machine later. */
const WORKERS_SHOW_WITHIN_MS = 1_000;
const OLD_SESSIONS_END_WITHIN_MS = 15_000;
const LOCK_PAUSE_MS = 200;
const MOST_NAMED = 3;

export interface ResumeOptions extends EngineOptions {
  /** True: what failed or timed out is done again, where that does no harm. */
  readonly failed?: boolean;
}

/**
 * Takes up a run from the ledger, and drives it from there: after an engine was killed, or a connection lost.
 * @param old the context of before a connection was lost.
 */
export async function takeUp(
  options: ResumeOptions,
  old: RunContext | undefined,
): Promise<RunContext> {
  const { runId, connection } = options;
  // A session that fell silent would keep this process alive.
  await old?.session.close();
  const session = await openSession(connection, runId);
  return guarded(session, async () => {
    const run = await takeRun(options, session, old);
    const context = await makeContext(options, session, run, old);
    await sealOpenSteps(context, run);
    if (old === undefined) await clearBefore(context);
    const { record } = run;
    Object.assign(record.run, { status: 'running', reason: null, exit_code: null });
    record.run.finished_at = null;
    for (const task of run.kept) context.emit({ type: 'task_kept', task });
    context.emit({ type: 'run_resumed', run: record.run, adopted: countAdopted(record.steps) });
    await context.saver.now();
    return context;
  });
}

type TakenRun = RestoredRun & Pick<RunContext, 'window'>;

/** Claims the run, settles what has ended, and opens anew what may be done. */
async function takeRun(
  { runId, origin, failed = false, stop, onEvent: emit, clock = systemClock }: ResumeOptions,
  session: Session,
  old: RunContext | undefined,
): Promise<TakenRun> {
  await refuseOtherRole(session, runId);
  await refuseElsewhere(session, runId);
  await takeClaim(session, runId, clock, old);
  if (old?.core.untold !== undefined) await new Core(session, runId).note(old.core.untold);
  // What was launched a moment ago does not show at once.
  await clock.sleep(WORKERS_SHOW_WITHIN_MS);
  await reconcileRun(session, runId, clock, true);
  const anew = old === undefined;
  const restored = await restoreRun(session, runId, { reopen: anew, failed: anew && failed });
  if (anew && isOver(restored)) throw over(runId, restored);
  // Who asks for the rest has a window of his own; a lost connection does not prolong one.
  const window = anew ? openWindow(restored.plan.window, clock.now()) : old.window;
  const endsAt = window === undefined ? null : toTimestamp(window.endsAt);
  const order = { ...restored.plan, on_overlap: 'fail' as const };
  if (anew) await refuseBraked(session);
  if (anew) await takeTurn({ session, clock, stop, window, emit }, runId, order);
  // Whoever began meanwhile was not kept from it; each relation still belongs to one run.
  else await tryClaim(session, claimOn.runbook(restored.plan.runbook.name));
  await new LedgerStore(session).reopenRun(runId, origin, endsAt, anew);
  restored.record.run.window_ends_at = endsAt;
  restored.record.run.traceparent = origin.traceparent ?? restored.record.run.traceparent;
  return { ...restored, window };
}

/** The engine that sealed them is gone, and its key with it. What a supervisor has is sealed with that one's. */
async function sealOpenSteps(
  { key, ledger }: RunContext,
  { plan, record, supervised }: TakenRun,
): Promise<void> {
  const seal = sealWith(key, record.run.id);
  const open = plan.steps.filter(
    ({ id }, index) =>
      !supervised.includes(id) && !isFinal(record.steps[index]?.status ?? 'unknown'),
  );
  for (const step of open) await ledger.sealTasks(record.run.id, step, seal);
}

function countAdopted(steps: readonly Step[]): number {
  const waited = steps.filter(({ policy }) => policy === 'wait').flatMap(({ tasks }) => tasks);
  return waited.filter(({ attempts }) => attempts.at(-1)?.status === 'running').length;
}

/** Its SQL would be launched with our rights: a role's `alter role … superuser` fails with its own. */
async function refuseOtherRole(session: Session, runId: string): Promise<void> {
  const [row] = await session.query<{ role: string; mine: boolean }>(
    `SELECT r.role_name AS role, r.role_name = session_user AND r.role_name = current_user AS mine
       FROM runbook.run r WHERE r.run_id = $1`,
    [runId],
  );
  if (row === undefined || row.mine) return;
  throw new RunbookError('privilege_missing', `run ${runId} was begun by role ${row.role}`, {
    hint: `Only that role goes on with it: connect as ${row.role}.`,
  });
}

/** Takes the run's claim; a session of our own that the network has cut off may have it still. */
async function takeClaim(
  session: Session,
  runId: string,
  clock: Clock,
  old: RunContext | undefined,
): Promise<void> {
  const until = clock.now() + OLD_SESSIONS_END_WITHIN_MS;
  for (;;) {
    const lost = old?.session.identity;
    const gone = lost === undefined || (await endLostSession(session, lost));
    if (gone && (await tryClaimRun(session, runId))) return;
    if (old === undefined || clock.now() >= until) throw liveElsewhere(runId, old !== undefined);
    await clock.sleep(LOCK_PAUSE_MS);
  }
}

function isOver({ record: { steps }, supervised }: RestoredRun): boolean {
  return steps.every(
    ({ id, tasks }) => supervised.includes(id) || tasks.every(({ status }) => isFinal(status)),
  );
}

function over(runId: string, { kept, record: { steps } }: RestoredRun): RunbookError {
  if (kept.length > 0) {
    const names = listSome(
      kept.map(({ id }) => id),
      MOST_NAMED,
    );
    return new RunbookError(
      'run_ended',
      `of run ${runId}, ${names} failed and may not be done again`,
      {
        hint: 'Its SQL is not declared idempotent. Look what it did, then run the runbook anew; with `idempotent: true` it is done again.',
      },
    );
  }
  const failed = steps.some((step) => step.tasks.some(({ status }) => isFailure(status)));
  return new RunbookError('run_ended', `nothing of run ${runId} is left to be done`, {
    hint: failed
      ? `What failed is done again by pg-runbook resume ${runId} --failed, where that does no harm`
      : `What became of it: pg-runbook status ${runId}`,
  });
}

function liveElsewhere(runId: string, mine: boolean): RunbookError {
  return mine
    ? new RunbookError('run_taken_over', `another pg-runbook has taken over run ${runId}`, {
        hint: `What becomes of it: pg-runbook wait ${runId}`,
      })
    : new RunbookError('run_live', `run ${runId} is live: its engine runs`, {
        hint: `Wait for it: pg-runbook wait ${runId}`,
      });
}

import { RunbookError } from '../errors.js';
import { AttemptLedger } from '../ledger/attempts.js';
import { claimOn, tryClaim, tryClaimRun } from '../ledger/claims.js';
import { refuseElsewhere } from '../ledger/read.js';
import { LedgerStore } from '../ledger/store.js';
import { listSome } from '../model/phrases.js';
import { isFailure } from '../model/status.js';
import type { Session } from '../postgres/session.js';
import { endLostSession } from '../postgres/signal.js';
import { systemClock, toTimestamp, type Clock } from './clock.js';
import type { RunContext } from './context.js';
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
import { openObserver, openSessions } from './sessions.js';

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
 * Takes up a run from the ledger.
 * @param old the context of before a connection was lost, whose living sessions are kept.
 */
export async function takeUp(
  options: ResumeOptions,
  old: RunContext | undefined,
): Promise<RunContext> {
  const { runId, connection, clock = systemClock } = options;
  await closeLost(old);
  const observer =
    old?.sessions.observer.lost === false
      ? old.sessions.observer
      : await openObserver(connection, runId);
  const kept = old?.sessions.control.lost === false ? old.sessions : undefined;
  const run = await guarded({ observer, control: undefined }, async () => {
    await refuseOtherRole(observer, runId);
    await refuseElsewhere(observer, runId);
    await takeClaim(observer, runId, clock, old);
    if (old !== undefined) await tellLedger(new AttemptLedger(observer), old);
    // What was launched a moment ago does not show at once.
    await clock.sleep(WORKERS_SHOW_WITHIN_MS);
    const heard = kept === undefined ? [] : stillHeard(old);
    await reconcileRun(observer, runId, clock, true, heard);
    const restored = await restoreRun(observer, runId, clock.now(), {
      keepHandles: heard,
      reopen: old === undefined,
      failed: old === undefined && options.failed === true,
    });
    if (old === undefined && isOver(restored)) throw over(runId, restored);
    // Who asks for the rest has a window of his own; a lost connection does not prolong one.
    const window = old === undefined ? openWindow(restored.plan.window, clock.now()) : old.window;
    const endsAt = window === undefined ? null : toTimestamp(window.endsAt);
    const { stop, onEvent: emit } = options;
    const order = { ...restored.plan, on_overlap: 'fail' as const };
    if (old === undefined) await refuseBraked(observer);
    if (old === undefined) await takeTurn({ observer, clock, stop, window, emit }, runId, order);
    // Whoever began meanwhile was not kept from it; each relation still belongs to one run.
    else await tryClaim(observer, claimOn.runbook(restored.plan.runbook.name));
    await new LedgerStore(observer).reopenRun(runId, options.origin, endsAt, old === undefined);
    restored.record.run.window_ends_at = endsAt;
    restored.record.run.traceparent = options.origin.traceparent ?? restored.record.run.traceparent;
    return { ...restored, window };
  });
  const { workers } = run.plan.budget;
  const sessions = await guarded({ observer, control: undefined }, () =>
    openSessions(connection, runId, workers, { ...kept, observer }),
  );
  const context = await guarded(sessions, async () => {
    const made = await makeContext(options, sessions, run);
    if (old === undefined) await clearBefore(made);
    return made;
  });
  Object.assign(run.record.run, { status: 'running', reason: null, exit_code: null });
  run.record.run.finished_at = null;
  for (const { record } of run.kept) context.emit({ type: 'task_kept', task: record });
  const adopted = run.steps.flatMap((step) => step.tasks).filter((task) => task.working).length;
  context.emit({ type: 'run_resumed', run: run.record.run, adopted });
  await context.save();
  return context;
}

/** A session that fell silent would keep this process alive. */
async function closeLost(old: RunContext | undefined): Promise<void> {
  const { control, observer } = old?.sessions ?? {};
  if (control?.lost === true) await control.close();
  if (observer?.lost === true) await observer.close();
}

/** Its SQL would be launched with our rights: a role's `alter role … superuser` fails with its own. */
async function refuseOtherRole(observer: Session, runId: string): Promise<void> {
  const [row] = await observer.query<{ role: string; mine: boolean }>(
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
  observer: Session,
  runId: string,
  clock: Clock,
  old: RunContext | undefined,
): Promise<void> {
  const mine = [old?.sessions.control, old?.sessions.observer].filter((s) => s?.lost === true);
  const until = clock.now() + OLD_SESSIONS_END_WITHIN_MS;
  for (;;) {
    const gone: boolean[] = [];
    for (const session of mine) {
      if (session?.identity !== undefined)
        gone.push(await endLostSession(observer, session.identity));
    }
    if (!gone.includes(false) && (await tryClaimRun(observer, runId))) return;
    if (old === undefined || clock.now() >= until) throw liveElsewhere(runId, old !== undefined);
    await clock.sleep(LOCK_PAUSE_MS);
  }
}

/** Attempts whose handles the surviving control session has: their ends will still be heard. */
function stillHeard(old: RunContext | undefined): string[] {
  const live = old?.steps.flatMap((step) => step.tasks).flatMap((task) => task.live ?? []) ?? [];
  return live
    .filter((l) => l.handle !== undefined && l.launchedAt > 0 && l.outcome === undefined)
    .map(({ id }) => id);
}

/** What this process knows of attempts, and could not record before a connection was lost. */
async function tellLedger(attempts: AttemptLedger, old: RunContext): Promise<void> {
  const live = old.steps.flatMap((step) => step.tasks).flatMap((task) => task.live ?? []);
  await attempts.withdraw(live.filter((l) => l.launchedAt === 0).map(({ id }) => id));
  await attempts.recordLaunches(live.filter((l) => l.launchedAt > 0));
  for (const { id, outcome, endedAt } of live) {
    if (outcome !== undefined) await attempts.recordOutcome(id, outcome, toTimestamp(endedAt));
  }
}

function isOver({ steps }: RestoredRun): boolean {
  return steps.every((step) =>
    step.tasks.every((task) => task.phase === 'ended' || task.phase === 'handed_over'),
  );
}

function over(runId: string, { kept, steps }: RestoredRun): RunbookError {
  if (kept.length > 0) {
    const names = listSome(
      kept.map(({ record }) => record.id),
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

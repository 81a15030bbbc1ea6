import { workerApplicationName } from '../model/identity.js';
import type { Session } from '../postgres/session.js';
import { cancelWorker, findWorkers, isWorkerAlive } from '../postgres/signal.js';
import type { Clock } from './clock.js';
import type { RunContext } from './context.js';
import { skipTasks } from './finish.js';
import { settleTasks } from './settle.js';
import type { TaskState } from './state.js';

const LOOK_EVERY_MS = 500;
const WORKERS_END_WITHIN_MS = 15_000;

/**
 * Ends a run that cannot go on, since the ledger refuses to record it for one: the run's own workers
 * are cancelled by their identity, and their outcome settled by what they left. What leaves nothing
 * is unknown.
 * @throws what stood in the way; then everything that still shows as running is unknown.
 */
export async function stopAndSettle(given: RunContext, reason: string): Promise<void> {
  const context = { ...given, stop: AbortSignal.abort() };
  const tasks = context.steps.flatMap((step) => step.tasks);
  const runId = context.record.run.id;
  const names = tasks
    .filter((task) => !task.step.handedOver)
    .map(({ step, plan }) =>
      workerApplicationName(runId, step.id, plan.number, Object.keys(step.budgets)),
    );
  const gone = await stopWorkers(context.observer, names, context.clock);
  // One by one: what cannot be settled must not make the others unknown.
  for (const task of tasks.filter((t) => t.phase === 'running')) {
    await endUnheard(context, task, gone, reason);
    await settleTasks(context, [task]);
  }
  const left = tasks.filter((task) => task.phase === 'waiting');
  await skipTasks(
    context,
    left.map((task) => ({ task, reason, deferred: false })),
  );
}

/** Cancels the run's workers until none is left; true when that was reached in time. */
async function stopWorkers(db: Session, names: readonly string[], clock: Clock): Promise<boolean> {
  const until = clock.now() + WORKERS_END_WITHIN_MS;
  for (let quietLooks = 0; ;) {
    const workers = await findWorkers(db, names);
    // Twice in a row: a worker that was launched last shows only once it has taken over its name.
    quietLooks = workers.length === 0 ? quietLooks + 1 : 0;
    if (quietLooks === 2) return true;
    if (clock.now() >= until) return false;
    for (const worker of workers) await cancelWorker(db, worker);
    await clock.sleep(LOOK_EVERY_MS);
  }
}

/** An outcome that was heard before stays; one that was not is only known to be over. */
async function endUnheard(
  context: RunContext,
  { live }: TaskState,
  namesGone: boolean,
  reason: string,
): Promise<void> {
  if (live?.outcome !== undefined || live === undefined) return;
  const { pid } = live.attempt;
  const { identity } = live;
  live.handle = undefined;
  live.cause ??= 'handle_lost';
  live.endedAt = context.clock.now();
  const renamed =
    identity !== undefined && (await isWorkerAlive(context.observer, pid, identity.backendStart));
  const gone = namesGone && !renamed;
  const why = gone
    ? `${reason}; the worker was cancelled, and its end was not heard`
    : `${reason}; the worker did not end when cancelled: pid ${String(pid)}`;
  live.outcome = { type: 'silent', why, gone };
}

import { APPLICATION_PREFIX } from '../model/identity.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import type { Session } from '../postgres/session.js';
import { cancelWorker, findWorkers, isWorkerAlive } from '../postgres/signal.js';
import { AttemptLedger } from '../ledger/attempts.js';
import { LedgerStore } from '../ledger/store.js';
import type { Clock } from './clock.js';
import type { RunContext } from './context.js';
import { skipTasks } from './finish.js';
import { openObserver } from './sessions.js';
import { settleTask } from './settle.js';
import type { TaskState } from './state.js';

const RECONNECT_FOR_MS = 20_000;
const RECONNECT_PAUSE_MS = 500;
const WORKERS_END_WITHIN_MS = 15_000;

/**
 * After a lost connection the handles are gone. Over a new connection, our own workers are found by
 * their application_name, cancelled by their identity, and their outcome settled by what they left:
 * a completion marker or the catalogs. What leaves neither is unknown.
 * @param conclude sets the run's own status, before that is recorded.
 * @throws what stood in the way; then everything that still shows as running is unknown.
 */
export async function settleAfterLoss(
  context: RunContext,
  settings: ConnectionSettings,
  reason: string,
  conclude: () => void,
): Promise<void> {
  const observer = await reconnect(context, settings);
  const recovered = {
    ...context,
    observer,
    ledger: new LedgerStore(observer),
    attempts: new AttemptLedger(observer),
    stop: AbortSignal.abort(),
  };
  try {
    const prefix = `${APPLICATION_PREFIX}/${context.record.run.id}/`;
    const gone = await stopWorkers(observer, prefix, context.clock);
    const tasks = context.steps.flatMap((step) => step.tasks);
    for (const task of tasks.filter((t) => t.phase === 'running')) {
      await endUnheard(recovered, task, gone, reason);
      await settleTask(recovered, task);
    }
    const left = tasks.filter((task) => task.phase !== 'ended');
    await skipTasks(
      recovered,
      left.map((task) => ({ task, reason })),
    );
    conclude();
    await recovered.ledger.finishRun(context.record.run);
  } finally {
    await observer.close();
  }
}

async function reconnect(context: RunContext, settings: ConnectionSettings): Promise<Session> {
  const until = context.clock.now() + RECONNECT_FOR_MS;
  for (;;) {
    try {
      return await openObserver(settings, context.record.run.id);
    } catch (error) {
      if (context.clock.now() >= until) throw error;
    }
    await context.clock.sleep(RECONNECT_PAUSE_MS);
  }
}

/** Cancels the run's workers until none is left; true when that was reached in time. */
async function stopWorkers(db: Session, prefix: string, clock: Clock): Promise<boolean> {
  const until = clock.now() + WORKERS_END_WITHIN_MS;
  for (let quietLooks = 0; ;) {
    const workers = await findWorkers(db, prefix);
    // Twice in a row: a worker that was launched last shows only once it has taken over its name.
    quietLooks = workers.length === 0 ? quietLooks + 1 : 0;
    if (quietLooks === 2) return true;
    if (clock.now() >= until) return false;
    for (const worker of workers) await cancelWorker(db, worker);
    await clock.sleep(RECONNECT_PAUSE_MS);
  }
}

/** An outcome that was heard before the loss stays; one that was not is only known to be over. */
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

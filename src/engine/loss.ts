import { APPLICATION_PREFIX } from '../model/identity.js';
import { isConnectionLost } from '../postgres/errors.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import type { Session } from '../postgres/session.js';
import { cancelWorker, findWorkers } from '../postgres/signal.js';
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
 * @returns false when the server could not be reached again; then everything that ran is unknown.
 */
export async function settleAfterLoss(
  context: RunContext,
  settings: ConnectionSettings,
  reason: string,
  conclude: () => void,
): Promise<boolean> {
  const observer = await reconnect(context, settings);
  if (observer === undefined) return false;
  const recovered = { ...context, observer, ledger: new LedgerStore(observer) };
  try {
    const prefix = `${APPLICATION_PREFIX}/${context.record.run.id}/`;
    const gone = await stopWorkers(observer, prefix, context.clock);
    const tasks = context.steps.flatMap((step) => step.tasks);
    for (const task of tasks.filter((t) => t.phase === 'running')) {
      endUnheard(task, gone);
      await settleTask(recovered, task, true);
    }
    const left = tasks.filter((task) => task.phase !== 'ended');
    await skipTasks(
      recovered,
      left.map((task) => ({ task, reason })),
    );
    conclude();
    await recovered.ledger.finishRun(context.record.run);
    return true;
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    return false;
  } finally {
    await observer.close();
  }
}

async function reconnect(
  context: RunContext,
  settings: ConnectionSettings,
): Promise<Session | undefined> {
  const until = context.clock.now() + RECONNECT_FOR_MS;
  for (;;) {
    try {
      return await openObserver(settings, context.record.run.id);
    } catch {
      // Every failure to connect is one more try, until the time is over: the caller then says so.
      if (context.clock.now() >= until) return undefined;
    }
    await context.clock.sleep(RECONNECT_PAUSE_MS);
  }
}

/** Cancels the run's workers until none is left; true when that was reached in time. */
async function stopWorkers(db: Session, prefix: string, clock: Clock): Promise<boolean> {
  const until = clock.now() + WORKERS_END_WITHIN_MS;
  for (;;) {
    const workers = await findWorkers(db, prefix);
    if (workers.length === 0) return true;
    if (clock.now() >= until) return false;
    for (const worker of workers) await cancelWorker(db, worker);
    await clock.sleep(RECONNECT_PAUSE_MS);
  }
}

/** An outcome that was heard before the loss stays; one that was not is only known to be over. */
function endUnheard({ live }: TaskState, gone: boolean): void {
  if (live === undefined) return;
  live.handle = undefined;
  live.cause ??= 'connection_lost';
  const why = gone
    ? 'the connection was lost, the worker was cancelled, and its end was not heard'
    : 'the connection was lost, and the worker did not end when cancelled';
  live.outcome ??= { type: 'silent', why, gone };
}

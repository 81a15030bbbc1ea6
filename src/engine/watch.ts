import {
  QUEUE_FULL_EVENTS,
  type Outcome,
  type WorkerState,
} from '../postgres/background/worker.js';
import { describeWait } from '../postgres/blockers.js';
import { cancelWorker, isWorkerAlive } from '../postgres/signal.js';
import type { Handle } from '../model/identity.js';
import { hearOut } from './hear-out.js';
import type { StopCause } from '../model/stop-cause.js';
import { isOverdue, nextRung } from './cancel-ladder.js';
import { workingTasks, type RunContext } from './context.js';
import { endLockWaits } from './lock-waits.js';
import type { LiveAttempt, TaskState } from './state.js';

/**
 * Looks at all workers once: notes who they are, stops those that should stop, makes room in full
 * queues, and hears out those that have ended.
 * @param seen what was seen of them a moment ago, if anything was.
 * @returns the tasks whose attempts have an outcome now.
 */
export async function watchWorkers(
  context: RunContext,
  seen: readonly WorkerState[] | undefined,
): Promise<TaskState[]> {
  const states = new Map(
    (seen ?? (await context.background.poll())).map((state) => [keyOf(state.handle), state]),
  );
  const ended: TaskState[] = [];
  for (const task of workingTasks(context)) {
    const live = task.working;
    if (live === undefined) continue;
    const seen =
      live.handle === undefined
        ? await watchFollowed(context, live)
        : watchTracked(task, live, states.get(keyOf(live.handle)));
    const end = seen ?? (await attend(context, task, live, states));
    if (end === undefined) continue;
    live.outcome = await hearOut(context.background, task, live.handle, end.outcome);
    live.handle = undefined;
    live.endedAt = context.clock.now();
    ended.push(task);
  }
  const stateOf = ({ working }: TaskState): WorkerState | undefined =>
    working?.handle === undefined ? undefined : states.get(keyOf(working.handle));
  await endLockWaits(context, workingTasks(context), stateOf);
  await noteNews(context);
  return ended;
}

/** What is needed to judge and to clean up after us must outlive this process. */
async function noteNews(context: RunContext): Promise<void> {
  const notes = context.steps.flatMap((step) =>
    [...step.inHand].flatMap(({ live, builtIndexes }) => {
      if (live?.unnoted !== true) return [];
      live.unnoted = false;
      // The rest is recorded with its end, in a moment.
      if (live.outcome !== undefined && builtIndexes.size === 0) return [];
      const backendStart = live.attempt.backend_start;
      return [{ id: live.id, backendStart, cause: live.cause, builtIndexes }];
    }),
  );
  if (notes.length > 0) await context.attempts.noteAttempts(notes);
}

/** Asks workers to stop: the first cause is kept. */
export function requestStop(tasks: readonly TaskState[], cause: StopCause, now: number): void {
  for (const { working: live } of tasks) {
    if (live === undefined || live.cause !== undefined) continue;
    live.cause = cause;
    live.rungAt = now;
    live.unnoted = true;
  }
}

/** A worker's end; without an outcome it must still be read. */
interface End {
  readonly outcome: Outcome | undefined;
}

function keyOf(handle: Handle): string {
  return `${String(handle.pid)}/${handle.cookie}`;
}

function watchTracked(
  task: TaskState,
  live: LiveAttempt,
  state: WorkerState | undefined,
): End | undefined {
  if (state === undefined) {
    // The session does not track it, but it may work on: from now on it is followed by its identity.
    live.handle = undefined;
    return undefined;
  }
  if (state.ended) return { outcome: state.outcome };
  if (state.identity?.applicationName === live.attempt.application_name) {
    live.unnoted ||= live.identity === undefined;
    live.identity ??= state.identity;
    live.attempt.backend_start ??= state.identity.backendStart;
  }
  for (const index of state.buildingIndexes) {
    if (task.builtIndexes.has(index)) continue;
    task.builtIndexes.add(index);
    live.unnoted = true;
  }
  return undefined;
}

/** A worker without a handle is followed until its process is gone. */
async function watchFollowed(context: RunContext, live: LiveAttempt): Promise<End | undefined> {
  const { pid } = live.attempt;
  if (await isWorkerAlive(context.observer, pid, live.identity?.backendStart)) return undefined;
  const why = live.queueFull
    ? 'its output overflowed the queue, so that its end could not be heard'
    : `${live.adopted ? 'whoever launched it is gone, and ' : ''}its end was not heard`;
  return { outcome: { type: 'silent', why, gone: true } };
}

/** What a running worker may need: room in its queue, or to be stopped. */
async function attend(
  context: RunContext,
  task: TaskState,
  live: LiveAttempt,
  states: ReadonlyMap<string, WorkerState>,
): Promise<End | undefined> {
  const now = context.clock.now();
  if (isOverdue(live.launchedAt, task.step.plan.timeout_ms, now)) {
    requestStop([task], 'timeout', now);
  }
  const state = live.handle === undefined ? undefined : states.get(keyOf(live.handle));
  const full = QUEUE_FULL_EVENTS.includes(state?.waitEvent ?? '');
  // Twice in a row: a worker whose queue is being emptied shows the same wait for a moment.
  if (full && live.queueFull) return drain(context, task, live);
  // What was let go for its full queue keeps that for a reason.
  if (live.handle !== undefined) live.queueFull = full;
  return climb(context, task, live, now);
}

async function drain(
  context: RunContext,
  task: TaskState,
  live: LiveAttempt,
): Promise<End | undefined> {
  const handle = live.handle;
  if (handle === undefined) return undefined;
  context.emit({ type: 'queue_drained', task: task.record });
  const outcome = await context.background.drain(handle);
  live.handle = undefined;
  return outcome === undefined ? undefined : { outcome };
}

async function climb(
  context: RunContext,
  task: TaskState,
  live: LiveAttempt,
  now: number,
): Promise<End | undefined> {
  const identified = live.identity !== undefined;
  const { cancelsUnseen } = context.background.dialect;
  const ladder = { ...live, identified, cancelsUnseen, timeoutMs: task.step.plan.timeout_ms };
  const rung = nextRung(ladder, now);
  if (rung === undefined) return undefined;
  live.rung = rung;
  live.rungAt = now;
  if (rung === 'given_up') return giveUp(context, live);
  context.emit({ type: 'worker_signalled', task: task.record, how: rung });
  if (rung === 'cancel_backend' && live.identity !== undefined) {
    await cancelWorker(context.observer, live.identity);
  } else if (live.handle !== undefined) {
    await context.background.cancel(live.handle);
  }
  return undefined;
}

async function giveUp(context: RunContext, live: LiveAttempt): Promise<End> {
  const pid = live.attempt.pid ?? 0;
  const wait = await describeWait(context.observer, pid, live.identity?.backendStart);
  const why = `it did not stop when asked to, and still runs as pid ${String(pid)}: ${wait}`;
  return { outcome: { type: 'silent', why, gone: false } };
}

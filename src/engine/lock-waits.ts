import type { WorkerState } from '../postgres/background/worker.js';
import type { RunContext } from './context.js';
import type { TaskState } from './state.js';

/**
 * Ends waits of concurrent builds that last longer than lock_timeout or old_transactions_timeout: to the server all
 * waits for locks are one, and its own lock_timeout must not end the longer of the two.
 * @param stateOf what was seen of a task's worker a moment ago; undefined for one that is followed without a handle.
 */
export async function endLockWaits(
  context: RunContext,
  tasks: readonly TaskState[],
  stateOf: (task: TaskState) => WorkerState | undefined,
): Promise<void> {
  const waiting = tasks.filter((task) => {
    if (task.step.plan.old_transactions_timeout_ms === null) return false;
    if (task.working === undefined || task.working.cause !== undefined) return false;
    return task.working.handle === undefined || stateOf(task)?.waitsForLock === true;
  });
  if (waiting.length === 0) return;
  const ids = waiting.flatMap(({ working }) => working?.id ?? []);
  const ended = await context.attempts.endLockWaits(ids);
  for (const task of waiting) {
    const live = task.working;
    const cause = live === undefined ? undefined : ended.get(live.id);
    if (live === undefined || cause === undefined) continue;
    Object.assign(live, { cause, rung: 'cancel_backend', rungAt: context.clock.now() });
    context.emit({ type: 'worker_signalled', task: task.record, how: 'cancel_backend' });
  }
}

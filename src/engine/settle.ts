import type { Settled } from '../ledger/records.js';
import { toTimestamp } from './clock.js';
import type { RunContext } from './context.js';
import { tellEnds } from './finish.js';
import { looking } from './look.js';
import type { LiveAttempt, TaskState } from './state.js';

/** Counters may show a little later than the worker's end: before PostgreSQL 15 up to half a second. */
const STATISTICS_DELAY_MS = 700;

/**
 * Settles the attempt of a task whose worker ended: the ledger judges it by the evidence and records
 * it, what it left is cleaned up, and the task goes on or ends.
 */
export async function settleTask(context: RunContext, task: TaskState): Promise<void> {
  const { live } = task;
  if (live === undefined) return;
  const settled = await judge(context, task, live);
  if (settled === undefined) return;
  const attempt = task.applyAttempt(settled.attempt);
  // A retry that succeeds still has to clear away what an earlier attempt left.
  const first = task.record.attempts.length === 1;
  if (attempt.status !== 'succeeded' || !first) await cleanUp(context, task, live);
  if (settled.parts > 0) {
    context.emit({ type: 'task_split', task: task.record, parts: settled.parts });
  } else if (settled.retry_in_ms !== null) {
    const delayMs = settled.retry_in_ms;
    context.emit({ type: 'task_retried', task: task.record, attempt, delayMs });
  }
  task.live = undefined;
  task.apply(settled.task, context.clock.now());
  if (task.phase === 'ended') await tellEnds(context, [task]);
}

async function judge(
  context: RunContext,
  { step }: TaskState,
  live: LiveAttempt,
): Promise<Settled | undefined> {
  const { outcome, cause } = live;
  if (outcome === undefined) return undefined;
  const end = {
    outcome,
    cause,
    elapsedMs: live.endedAt - live.launchedAt,
    launchedAt: toTimestamp(live.launchedAt),
    finishedAt: toTimestamp(live.endedAt),
  };
  const look = (which: 'first' | 'final'): Promise<Settled | undefined> =>
    looking(context.clock, () =>
      context.attempts.settleAttempt(live.id, end, step.execution, which, context.stop.aborted),
    );
  const first = await look('first');
  if (first !== undefined) return first;
  await context.clock.sleep(STATISTICS_DELAY_MS);
  return look('final');
}

async function cleanUp(context: RunContext, task: TaskState, live: LiveAttempt): Promise<void> {
  const done = await task.step.kind.cleanUp?.(context.observer, task.plan.targets, [
    ...task.builtIndexes,
  ]);
  if (done === undefined || done.dropped.length + done.left.length === 0) return;
  context.emit({ type: 'cleaned_up', task: task.record, cleanUp: done });
  const messages = [
    ...done.dropped.map((name) => `dropped the invalid index ${name}, left by this task`),
    ...done.left.map((name) => `an invalid index stays: ${name}`),
  ];
  live.attempt.messages.push(...messages);
  await context.attempts.addMessages(live.id, messages);
}

import type { AttemptEnd, Settled } from '../ledger/records.js';
import { toTimestamp } from './clock.js';
import type { RunContext } from './context.js';
import { tellEnds } from './finish.js';
import { looking } from './look.js';
import type { LiveAttempt, TaskState } from './state.js';

/** Counters may show a little later than the worker's end: before PostgreSQL 15 up to half a second. */
const STATISTICS_DELAY_MS = 700;

/** A task whose worker ended. */
interface Ended {
  readonly task: TaskState;
  readonly live: LiveAttempt;
  readonly end: AttemptEnd;
}

/**
 * Settles the attempts of tasks whose workers ended, all at once: the ledger judges each by the
 * evidence and records it, what it left is cleaned up, and the task goes on or ends.
 */
export async function settleTasks(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  // Whoever cancels them locks their rows in this order too, or each could wait for the other.
  const ended = tasks.flatMap(endOf).sort((a, b) => (a.live.id < b.live.id ? -1 : 1));
  const unproven = await lookAtEnds(context, ended, 'first');
  if (unproven.length === 0) return;
  await context.clock.sleep(STATISTICS_DELAY_MS);
  await lookAtEnds(context, unproven, 'final');
}

function endOf(task: TaskState): Ended[] {
  const { live, step } = task;
  if (live?.outcome === undefined) return [];
  const end = {
    id: live.id,
    execution: step.execution,
    outcome: live.outcome,
    cause: live.cause,
    backendStart: live.attempt.backend_start,
    elapsedMs: live.endedAt - live.launchedAt,
    launchedAt: toTimestamp(live.launchedAt),
    finishedAt: toTimestamp(live.endedAt),
  };
  return [{ task, live, end }];
}

/** @returns those of which a first look found no proof of their success. */
async function lookAtEnds(
  context: RunContext,
  ended: readonly Ended[],
  look: 'first' | 'final',
): Promise<Ended[]> {
  const { attempts, clock, stop } = context;
  const ends = ended.map(({ end }) => end);
  const settled = await looking(clock, () => attempts.settleAttempts(ends, look, stop.aborted));
  const unproven: Ended[] = [];
  for (const [index, one] of ended.entries()) {
    const answer = settled[index];
    if (answer === undefined) unproven.push(one);
    else await goOn(context, one, answer);
  }
  return unproven;
}

async function goOn(context: RunContext, { task, live }: Ended, settled: Settled): Promise<void> {
  const attempt = task.applyAttempt(settled.attempt);
  for (const index of settled.built_indexes) task.builtIndexes.add(index);
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

import { isFinal } from '../model/status.js';
import { workingTasks, type RunContext } from './context.js';
import { failTask, skipTasks } from './finish.js';
import { launchTasks } from './launch.js';
import { schedule, type Decision } from './schedule.js';
import { Settler } from './settler.js';
import { SlotBudget, tasksOutOfPatience } from './slots.js';
import type { TaskState } from './state.js';
import { requestStop, watchWorkers } from './watch.js';

/** Polls come quickly after a launch, for short tasks, and then ever more slowly. */
const FIRST_POLL_MS = 5;
const LAST_POLL_MS = 250;
const POLL_GROWTH = 1.5;

/**
 * Decide, act, record, until nothing runs and nothing waits.
 * @param stop aborted when nothing more may be launched and the running tasks are to be cancelled.
 */
export async function runLoop(context: RunContext, stop: AbortSignal): Promise<void> {
  const slots = new SlotBudget();
  const settler = new Settler(context);
  try {
    let pollMs = FIRST_POLL_MS;
    while (!isFinished(context)) {
      const busy = await tick(context, slots, settler, stop.aborted);
      pollMs = busy ? FIRST_POLL_MS : Math.min(pollMs * POLL_GROWTH, LAST_POLL_MS);
      const pause = context.clock.sleep(pollMs, stop.aborted ? undefined : stop);
      await Promise.race([pause, settler.next()]);
      settler.check();
    }
  } finally {
    await settler.idle();
  }
}

/** One round; true when something was launched or ended. */
async function tick(
  context: RunContext,
  slots: SlotBudget,
  settler: Settler,
  stopping: boolean,
): Promise<boolean> {
  if (stopping) requestStop(workingTasks(context), 'interrupt', context.clock.now());
  const decision = await decide(context, slots, stopping);
  if (decision.skip.length > 0) await skipTasks(context, decision.skip);
  if (decision.launch.length > 0) await launch(context, slots, decision.launch);
  const ended = workingTasks(context).length === 0 ? [] : await watchWorkers(context);
  for (const task of ended) settler.add(task, stopping);
  return decision.launch.length + ended.length > 0;
}

async function decide(
  context: RunContext,
  slots: SlotBudget,
  stopping: boolean,
): Promise<Decision<TaskState>> {
  const now = context.clock.now();
  const reason = stopping ? 'the run was interrupted before it was launched' : undefined;
  const wanted = schedule(context.steps, Number.MAX_SAFE_INTEGER, now, reason);
  if (wanted.launch.length === 0) return wanted;
  const free = await slots.free(context);
  if (free > 0) return schedule(context.steps, free, now, reason);
  if (workingTasks(context).length === 0) await giveUpOnSlots(context, wanted.launch, now);
  return { ...wanted, launch: [] };
}

/** Everything has a timeout, waiting for a slot too. */
async function giveUpOnSlots(
  context: RunContext,
  tasks: readonly TaskState[],
  now: number,
): Promise<void> {
  for (const task of tasksOutOfPatience(tasks, now)) {
    const message = 'no worker slot was free (53000) for as long as the task itself might take';
    await failTask(context, task, { sqlstate: '53000', message });
  }
}

async function launch(
  context: RunContext,
  slots: SlotBudget,
  tasks: readonly TaskState[],
): Promise<void> {
  const noSlot = await launchTasks(context, tasks);
  if (noSlot) slots.close(context, 'the server has no worker slot left');
  else slots.reopen();
}

function isFinished({ steps }: RunContext): boolean {
  return steps.every((step) =>
    step.tasks.every((task) => task.phase === 'ended' && isFinal(task.status)),
  );
}

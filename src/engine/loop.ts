import { isFinal } from '../model/status.js';
import { workingTasks, type RunContext } from './context.js';
import { failTask, skipTasks } from './finish.js';
import { launchTasks } from './launch.js';
import { schedule, type Decision } from './schedule.js';
import { Settler } from './settler.js';
import { SlotBudget } from './slots.js';
import type { TaskState } from './state.js';
import { requestStop, watchWorkers } from './watch.js';

/** Polls come quickly after a launch, for short tasks, and then ever more slowly. */
const FIRST_POLL_MS = 5;
const LAST_POLL_MS = 250;
const POLL_GROWTH = 1.5;

/** A killed engine's report tells of every worker that was launched longer ago than this. */
const SAVE_EVERY_MS = 1_000;

/** Decide, act, record, until nothing runs and nothing waits. */
export async function runLoop(context: RunContext): Promise<void> {
  const { clock, stop } = context;
  const slots = new SlotBudget();
  const settler = new Settler(context);
  try {
    let pollMs = FIRST_POLL_MS;
    let savedAt = 0;
    while (!isFinished(context)) {
      const busy = await tick(context, slots, settler);
      pollMs = busy ? firstPollMs(context) : Math.min(pollMs * POLL_GROWTH, LAST_POLL_MS);
      if (busy && clock.now() - savedAt >= SAVE_EVERY_MS) {
        await context.save();
        savedAt = clock.now();
      }
      const pause = clock.sleep(pollMs, stop.aborted ? undefined : stop);
      await Promise.race([pause, settler.next()]);
      settler.check();
    }
  } finally {
    await settler.idle();
  }
  settler.check();
}

/** Polls are snapshots too: kinds that they would disturb are polled less eagerly. */
function firstPollMs(context: RunContext): number {
  const quiet = workingTasks(context).map((task) => task.step.kind.quietStartMs ?? 0);
  return Math.max(FIRST_POLL_MS, ...quiet);
}

/** One round; true when something was launched or ended. */
async function tick(context: RunContext, slots: SlotBudget, settler: Settler): Promise<boolean> {
  if (context.stop.aborted) {
    requestStop(workingTasks(context), 'interrupt', context.clock.now());
  }
  // What runs comes first: a stop must reach the workers before the records of those never launched.
  const ended = workingTasks(context).length === 0 ? [] : await watchWorkers(context);
  for (const task of ended) settler.add(task);
  const decision = await decide(context, slots);
  if (decision.skip.length > 0) await skipTasks(context, decision.skip);
  if (decision.launch.length > 0) await launch(context, slots, decision.launch);
  return decision.launch.length + ended.length > 0;
}

async function decide(context: RunContext, slots: SlotBudget): Promise<Decision<TaskState>> {
  const now = context.clock.now();
  const reason = context.stop.aborted
    ? 'the run was interrupted before it was launched'
    : undefined;
  const wanted = schedule(context.steps, Number.MAX_SAFE_INTEGER, now, reason);
  if (wanted.launch.length === 0) return wanted;
  const free = await slots.free(context);
  if (free > 0) return schedule(context.steps, free, now, reason);
  // While tasks of this run hold slots, the others wait for those, which have timeouts themselves.
  if (workingTasks(context).length === 0) await giveUpOnSlots(context, slots, wanted.launch);
  return { ...wanted, launch: [] };
}

/** Everything has a timeout, waiting for a slot too. */
async function giveUpOnSlots(
  context: RunContext,
  slots: SlotBudget,
  tasks: readonly TaskState[],
): Promise<void> {
  const waited = slots.waitedMs(context.clock.now());
  for (const task of tasks.filter(({ step }) => waited >= step.plan.timeout_ms)) {
    const message = 'no worker slot was free (53000) for as long as the task itself might take';
    await failTask(context, task, { sqlstate: '53000', message });
  }
}

async function launch(
  context: RunContext,
  slots: SlotBudget,
  tasks: readonly TaskState[],
): Promise<void> {
  const { launched, noSlot } = await launchTasks(context, tasks);
  if (launched > 0 || !noSlot) slots.reopen();
  if (noSlot) slots.close(context, 'the server has no worker slot left');
}

function isFinished({ steps }: RunContext): boolean {
  return steps.every((step) =>
    step.tasks.every((task) => task.phase === 'ended' && isFinal(task.status)),
  );
}

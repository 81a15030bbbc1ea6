import { plausiblePid } from '../model/identity.js';
import { mergeBudgets, type Places } from '../model/places.js';
import type { Prepared } from '../ledger/records.js';
import { guardsDigest, taskDigest } from '../plan/task-digest.js';
import { isFinal } from '../model/status.js';
import type { WorkerState } from '../postgres/background/worker.js';
import { asSqlError } from '../postgres/errors.js';
import { ATTEMPT_SETTING, GUARDS_SETTING } from '../steps/completion.js';
import { toTimestamp } from './clock.js';
import type { RunContext } from './context.js';
import { failTasks, tellEnds } from './finish.js';
import { looking } from './look.js';
import type { LiveAttempt, TaskState } from './state.js';
import { timeoutWithin } from './run-window.js';
import { isShortOfSlots, type SlotBudget } from './slots.js';

/** A worker shows some milliseconds after its launch, on a busy machine later. */
const SHOW_WITHIN_MS = 5_000;
const SHOW_LOOK_MS = 3;

interface Launched {
  readonly launched: readonly TaskState[];
  readonly noSlot: boolean;
  readonly seen: readonly WorkerState[] | undefined;
}

/**
 * Launches tasks: looks at their targets once more, records the attempts, and only then launches.
 * @returns those that were, whether the server had no slot left, so that launching should pause, and
 *   what was seen of the workers if one has ended already.
 */
export async function launchTasks(
  context: RunContext,
  tasks: readonly TaskState[],
  slots: SlotBudget,
): Promise<Launched> {
  await prepareAttempts(context, tasks);
  const ready = tasks.filter(({ live }) => live !== undefined);
  if (ready.length === 0) return { launched: [], noSlot: false, seen: undefined };
  const launched: TaskState[] = [];
  let seen: readonly WorkerState[] | undefined;
  const budgets = mergeBudgets(ready.map(({ step }) => step));
  const noSlot = await slots.admit(context, budgets, async (places) => {
    const full = await launchSome(context, ready, places, launched);
    // One asks the control session, the other the observer.
    seen = await bothEnded(letShow(context, launched), recordLaunches(context, launched));
    return full;
  });
  return { launched, noSlot: noSlot === true, seen };
}

/** Also when one fails the other comes to its end: whoever cleans up needs both sessions quiet. */
async function bothEnded<T>(first: Promise<T>, second: Promise<void>): Promise<T> {
  await Promise.allSettled([first, second]);
  await second;
  return first;
}

/** @returns true when the server had no slot left. */
async function launchSome(
  context: RunContext,
  tasks: readonly TaskState[],
  places: Places,
  launched: TaskState[],
): Promise<boolean> {
  const launchedFrom = context.clock.now();
  let noSlot = false;
  for (const task of tasks) {
    if (noSlot || context.stop.aborted) break;
    if (!places.has(task.step.budgets)) continue;
    const result = await launchOne(context, task);
    if (result === 'launched') {
      places.take(1, task.step.budgets);
      launched.push(task);
    }
    noSlot = result === 'no_slot';
  }
  await letStart(context, launched, context.clock.now() - launchedFrom);
  return noSlot;
}

/**
 * Whoever counts workers must see these: others are kept from counting until they show.
 * @returns what was seen last, if a worker has ended already.
 */
async function letShow(
  context: RunContext,
  launched: readonly TaskState[],
): Promise<readonly WorkerState[] | undefined> {
  const { clock, background } = context;
  const until = clock.now() + SHOW_WITHIN_MS;
  const lives = launched.flatMap(({ live }) => live ?? []);
  while (lives.length > 0 && clock.now() < until) {
    const seen = await background.poll();
    const states = new Map(seen.map((state) => [state.handle.cookie, state]));
    const hidden = lives.filter(({ handle, attempt }) => {
      const state = handle === undefined ? undefined : states.get(handle.cookie);
      const shows = state?.identity?.applicationName === attempt.application_name;
      return state?.ended === false && !shows;
    });
    if (hidden.length === 0) return seen.some(({ ended }) => ended) ? seen : undefined;
    await clock.sleep(SHOW_LOOK_MS);
  }
  return undefined;
}

async function prepareAttempts(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  const { attempts, clock, record } = context;
  const fresh = tasks.filter(({ live }) => live === undefined);
  // Work that others did while an attempt waited for a slot must not count as its own.
  for (const task of tasks) {
    const { live, step } = task;
    if (live === undefined) continue;
    task.apply(
      await looking(clock, () => attempts.lookAgain(live.id, step.execution)),
      clock.now(),
    );
  }
  await endCancelled(context, tasks);
  if (fresh.length === 0) return;
  const executions = Object.fromEntries(fresh.map(({ step }) => [step.id, step.execution]));
  const keys = fresh.map((task) => ({ ...task.key, digest: taskDigest(task.plan) }));
  const prepared = await looking(clock, () =>
    attempts.prepareAttempts(record.run.id, keys, executions),
  );
  const gone: TaskState[] = [];
  for (const [index, task] of fresh.entries()) {
    const answer = prepared[index];
    if (answer === undefined) throw new Error('the ledger left out a task');
    task.apply(answer.task, clock.now());
    task.live = makeLive(task, answer);
    if (task.live !== undefined) task.awaits = undefined;
    else if (answer.attempt_id !== undefined) continue;
    else if (answer.busy !== undefined) tellWait(context, task, answer.busy);
    // The next round ends it, with all the others of its step.
    else if (answer.cancelled_by !== undefined) task.step.cancelledBy ??= answer.cancelled_by;
    else gone.push(task);
  }
  await tellEnds(context, gone);
}

/** A task that waits says so once, and not every time that it looks. */
function tellWait(context: RunContext, task: TaskState, run: string): void {
  if (task.awaits !== run) context.emit({ type: 'relation_awaited', task: task.record, run });
  task.awaits = run;
}

/** A step may have been cancelled while its next attempt waited for a slot. */
async function endCancelled(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  const ended = tasks.filter(({ live, status }) => live !== undefined && isFinal(status));
  for (const task of ended) {
    const { status, reason } = task.record;
    Object.assign(task.live?.attempt ?? {}, { status, message: reason });
    task.live = undefined;
  }
  await tellEnds(context, ended);
}

/** Undefined when none of the task's targets was left. */
function makeLive(task: TaskState, prepared: Prepared): LiveAttempt | undefined {
  if (prepared.attempt_id === undefined) return undefined;
  return {
    id: prepared.attempt_id,
    sql: prepared.sql,
    attempt: task.applyAttempt(prepared.attempt),
    handle: undefined,
    identity: undefined,
    adopted: false,
    launchedAt: 0,
    cause: undefined,
    rung: 'none',
    rungAt: 0,
    unnoted: false,
    queueFull: false,
    outcome: undefined,
    endedAt: 0,
  };
}

/** On a busy machine a worker's start takes longer, and so did its launch, by about this factor. */
const START_PER_LAUNCH = 4;
const LONGEST_QUIET_MS = 250;

/** Keeps our sessions quiet while workers begin whose first moment our snapshots would disturb. */
async function letStart(
  context: RunContext,
  launched: readonly TaskState[],
  launchMs: number,
): Promise<void> {
  const quietMs = Math.max(0, ...launched.map((task) => task.step.kind.quietStartMs ?? 0));
  if (quietMs === 0) return;
  const byLoad = (START_PER_LAUNCH * launchMs) / launched.length;
  await context.clock.sleep(Math.min(Math.max(quietMs, byLoad), LONGEST_QUIET_MS));
}

async function launchOne(
  context: RunContext,
  task: TaskState,
): Promise<'launched' | 'no_slot' | 'refused'> {
  const live = task.live;
  if (live === undefined) return 'refused';
  // Marked before it is sent: when the answer is lost, the worker may run all the same.
  live.launchedAt = context.clock.now();
  live.rungAt = live.launchedAt;
  live.attempt.launched_at = toTimestamp(live.launchedAt);
  try {
    live.handle = await context.background.launch({
      sql: live.sql,
      queueSize: task.plan.queue_size,
      applicationName: live.attempt.application_name,
      settings: {
        search_path: context.searchPath,
        ...task.step.plan.settings,
        ...timeoutWithin(context.window, task.step.plan.timeout_ms, live.launchedAt),
        [ATTEMPT_SETTING]: live.id,
        [GUARDS_SETTING]: guardsDigest(context.guards),
      },
    });
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    live.launchedAt = 0;
    live.attempt.launched_at = null;
    if (isShortOfSlots(sql.sqlstate)) return 'no_slot';
    await failTasks(context, [task], sql);
    return 'refused';
  }
  markLaunched(context, task, live);
  return 'launched';
}

function markLaunched(context: RunContext, task: TaskState, live: LiveAttempt): void {
  const { attempt } = live;
  attempt.pid = live.handle === undefined ? null : plausiblePid(live.handle.pid);
  attempt.cookie = live.handle?.cookie ?? null;
  attempt.status = 'running';
  task.record.status = 'running';
  const step = task.step.record;
  if (step.status !== 'running') {
    step.started_at ??= attempt.launched_at;
    step.status = 'running';
    context.emit({ type: 'step_started', step });
  }
  context.emit({ type: 'task_launched', task: task.record, attempt });
}

async function recordLaunches(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  if (tasks.length === 0) return;
  const runId = context.record.run.id;
  await context.attempts.recordLaunches(
    tasks.flatMap(({ live }) => (live === undefined ? [] : [live])),
  );
  const begun = tasks.map(({ step }) => step).filter((step) => !step.recordedRunning);
  if (begun.length === 0) return;
  await context.ledger.updateSteps(runId, [...new Set(begun.map(({ record }) => record))]);
  for (const step of begun) step.recordedRunning = true;
}

import type { Target } from '../generated/plan.v1.js';
import { plausiblePid, workerApplicationName } from '../model/identity.js';
import { asSqlError, SQLSTATE } from '../postgres/errors.js';
import type { Captures } from '../steps/contract.js';
import { ATTEMPT_SETTING } from '../steps/completion.js';
import { toTimestamp } from './clock.js';
import { taskRow, type RunContext } from './context.js';
import { captureTargets } from './evidence.js';
import { failTask, finishTask } from './finish.js';
import { newAttempt, type LiveAttempt, type TaskState, type WorkItem } from './state.js';
import { isShortOfSlots } from './slots.js';

/**
 * Launches tasks: looks at their targets once more, records the attempts, and only then launches.
 * @returns how many were, and whether the server had no slot left, so that launching should pause.
 */
export async function launchTasks(
  context: RunContext,
  tasks: readonly TaskState[],
): Promise<{ launched: number; noSlot: boolean }> {
  const prepared: TaskState[] = [];
  for (const task of tasks) {
    if (task.live === undefined) task.live = await prepareAttempt(context, task);
    else await lookAgain(context, task, task.live);
    if (task.live === undefined) await finishTask(context, task);
    else prepared.push(task);
  }
  await recordNewAttempts(context, prepared);
  const launched: TaskState[] = [];
  const launchedFrom = context.clock.now();
  let noSlot = false;
  for (const task of prepared) {
    if (noSlot || context.stop.aborted) break;
    const result = await launchOne(context, task);
    if (result === 'launched') launched.push(task);
    noSlot = result === 'no_slot';
  }
  await letStart(context, launched, context.clock.now() - launchedFrom);
  await recordLaunches(context, launched);
  return { launched: launched.length, noSlot };
}

/** Work that others did while an attempt waited for a slot must not count as its own. */
async function lookAgain(context: RunContext, task: TaskState, live: LiveAttempt): Promise<void> {
  live.before = await captureTargets(context, task, live.item.targets);
  for (const { oid } of live.item.targets) {
    task.targetRecord(oid).evidence.before = live.before.get(oid)?.facts ?? null;
  }
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

/** Undefined when none of the task's targets is left. */
async function prepareAttempt(
  context: RunContext,
  task: TaskState,
): Promise<LiveAttempt | undefined> {
  for (;;) {
    // It leaves the queue only when it was looked at: a lost connection must not lose the item.
    const item = task.items[0];
    if (item === undefined) return undefined;
    const before = await captureTargets(context, task, item.targets);
    const targets = item.targets.filter((target) => before.get(target.oid)?.same === true);
    skipMissing(task, item.targets, before);
    task.items.shift();
    if (targets.length === 0 && task.plan.targets.length > 0) continue;
    return makeAttempt(context, task, { targets, tries: item.tries + 1 }, before);
  }
}

function skipMissing(task: TaskState, targets: readonly Target[], before: Captures): void {
  for (const target of targets) {
    const capture = before.get(target.oid);
    const record = task.targetRecord(target.oid);
    record.evidence.before ??= capture?.facts ?? null;
    if (capture?.same === true) continue;
    record.status = 'skipped';
    record.reason = 'dropped, renamed or replaced since the plan was made';
    record.sqlstate = SQLSTATE.undefinedTable;
  }
}

function makeAttempt(
  context: RunContext,
  task: TaskState,
  item: WorkItem,
  before: Captures,
): LiveAttempt {
  const runId = context.record.run.id;
  const { step, plan, record } = task;
  const number = record.attempts.length + 1;
  const whole = item.targets.length === plan.targets.length;
  const sql = whole ? plan.sql : step.kind.render(step.plan.spec, item.targets).sql;
  const name = workerApplicationName(runId, step.id, plan.number);
  const attempt = newAttempt(number, name, whole ? null : sql);
  record.attempts.push(attempt);
  return {
    record: {
      attemptId: `${runId}/${step.id}/${String(plan.number)}/${String(number)}`,
      stepId: step.id,
      taskNumber: plan.number,
      sql,
      attempt,
    },
    item,
    before,
    recorded: false,
    handle: undefined,
    identity: undefined,
    launchedAt: 0,
    cause: undefined,
    rung: 'none',
    rungAt: 0,
    queueFull: false,
    outcome: undefined,
    endedAt: 0,
  };
}

async function recordNewAttempts(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  const fresh = tasks.flatMap((task) =>
    task.live === undefined || task.live.recorded ? [] : [task.live],
  );
  if (fresh.length === 0) return;
  await context.ledger.recordAttempts(
    context.record.run.id,
    fresh.map((live) => live.record),
  );
  for (const live of fresh) live.recorded = true;
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
  live.record.attempt.launched_at = toTimestamp(live.launchedAt);
  try {
    live.handle = await context.background.launch({
      sql: live.record.sql,
      queueSize: task.plan.queue_size,
      applicationName: live.record.attempt.application_name,
      settings: {
        search_path: context.searchPath,
        ...task.step.plan.settings,
        [ATTEMPT_SETTING]: live.record.attemptId,
      },
    });
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    live.launchedAt = 0;
    live.record.attempt.launched_at = null;
    if (isShortOfSlots(sql.sqlstate)) return 'no_slot';
    await failTask(context, task, sql);
    return 'refused';
  }
  markLaunched(context, task, live);
  return 'launched';
}

function markLaunched(context: RunContext, task: TaskState, live: LiveAttempt): void {
  const { attempt } = live.record;
  attempt.pid = live.handle === undefined ? null : plausiblePid(live.handle.pid);
  attempt.cookie = live.handle?.cookie ?? null;
  attempt.status = 'running';
  task.record.status = 'running';
  for (const target of live.item.targets) task.targetRecord(target.oid).status = 'running';
  const step = task.step.record;
  if (step.started_at === null) {
    step.started_at = attempt.launched_at;
    step.status = 'running';
    context.emit({ type: 'step_started', step });
  }
  context.emit({ type: 'task_launched', task: task.record, attempt });
}

async function recordLaunches(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  if (tasks.length === 0) return;
  const runId = context.record.run.id;
  await context.ledger.updateAttempts(tasks.flatMap((task) => task.live?.record ?? []));
  await context.ledger.updateTasks(runId, tasks.map(taskRow));
  await context.ledger.updateSteps(runId, [...new Set(tasks.map((task) => task.step.record))]);
}

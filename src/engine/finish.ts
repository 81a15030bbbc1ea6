import type { Attempt, Step } from '../generated/report.v1.js';
import { combineStatuses, isFinal } from '../model/status.js';
import type { SqlError } from '../postgres/errors.js';
import { toTimestamp } from './clock.js';
import { taskRow, type RunContext } from './context.js';
import type { StepState, TaskState } from './state.js';
import type { Verdict } from './verdict.js';

/** Ends a task that could not be launched. */
export async function failTask(
  context: RunContext,
  task: TaskState,
  error: Pick<SqlError, 'sqlstate' | 'message'>,
): Promise<void> {
  const verdict: Verdict = { status: 'failed', reason: error.message, sqlstate: error.sqlstate };
  if (task.live !== undefined) {
    Object.assign(task.live.record.attempt, {
      status: 'failed',
      sqlstate: error.sqlstate,
      message: error.message,
      finished_at: toTimestamp(context.clock.now()),
    });
  }
  if (task.live?.recorded === true) await context.ledger.updateAttempts([task.live.record]);
  task.items.length = 0;
  await finishTask(context, task, verdict);
}

/** Ends tasks that will never be launched; the ledger is told of all of them at once. */
export async function skipTasks(
  context: RunContext,
  skips: readonly { readonly task: TaskState; readonly reason: string }[],
): Promise<void> {
  const dropped = skips.flatMap(({ task, reason }) => dropPrepared(task, reason));
  if (dropped.length > 0) await context.ledger.updateAttempts(dropped);
  const ended = skips.map(({ task, reason }) => ({ task, attempt: endUnlaunched(task, reason) }));
  await recordEnds(context, ended);
}

/**
 * Without the server nothing can be proven nor recorded but in the report: what ran is unknown, what
 * waited was never launched.
 */
export function abandonTasks(context: RunContext, reason: string): void {
  const at = toTimestamp(context.clock.now());
  for (const step of context.steps) {
    for (const task of step.tasks.filter(({ status }) => !isFinal(status))) {
      if (task.phase === 'running') endUnknown(task, reason);
      else {
        dropPrepared(task, reason);
        endUnlaunched(task, reason);
      }
    }
    if (!isFinal(step.record.status)) finishStepRecord(step, at);
  }
}

function endUnknown(task: TaskState, reason: string): void {
  const verdict = { status: 'unknown', reason, sqlstate: undefined } as const;
  const attempt = endTask(task, verdict);
  if (attempt !== undefined && !isFinal(attempt.status)) {
    Object.assign(attempt, { status: 'unknown', message: reason });
  }
}

/** Ends a task that is launched no more: with what its last try came to, if there was one. */
function endUnlaunched(task: TaskState, reason: string): Attempt | undefined {
  task.items.length = 0;
  const tried = lastVerdict(task);
  if (tried === undefined) task.step.blockedTasks += 1;
  return endTask(task, tried ?? { status: 'skipped', reason, sqlstate: undefined });
}

/** An attempt that was never launched must not stay `pending`; what the ledger never saw was none. */
function dropPrepared(
  { live, record }: TaskState,
  reason: string,
): NonNullable<TaskState['live']>['record'][] {
  if (live === undefined) return [];
  if (!live.recorded) {
    record.attempts.pop();
    return [];
  }
  Object.assign(live.record.attempt, { status: 'skipped', message: reason });
  return [live.record];
}

/** What is known of a task that was tried and waits for its next try. */
function lastVerdict({ record }: TaskState): Verdict | undefined {
  const last = record.attempts.findLast((attempt) => attempt.launched_at !== null);
  return (
    last && {
      status: last.status,
      reason: last.message ?? undefined,
      sqlstate: last.sqlstate ?? undefined,
    }
  );
}

/**
 * Ends a task and records it: its targets say what became of it; targets that nothing is known of
 * get the verdict.
 */
export async function finishTask(
  context: RunContext,
  task: TaskState,
  verdict?: Verdict,
): Promise<void> {
  await recordEnds(context, [{ task, attempt: endTask(task, verdict) }]);
}

/** Writes the task's end into its record; returns its last attempt. */
function endTask(task: TaskState, verdict: Verdict | undefined): Attempt | undefined {
  const attempt = task.live?.record.attempt;
  task.live = undefined;
  const { record } = task;
  for (const target of record.targets) {
    if (isFinal(target.status) || verdict === undefined) continue;
    target.status = verdict.status;
    target.reason = verdict.reason ?? null;
    target.sqlstate = verdict.sqlstate ?? null;
  }
  record.status =
    record.targets.length === 0
      ? (verdict?.status ?? 'skipped')
      : combineStatuses(record.targets.map((target) => target.status));
  record.reason = taskReason(task, verdict);
  return attempt;
}

function taskReason({ record }: TaskState, verdict: Verdict | undefined): string | null {
  const counted = record.targets.filter((target) => target.status === 'skipped').length;
  if (record.status === 'succeeded' && counted > 0) {
    return `${String(counted)} of ${String(record.targets.length)} relations were skipped`;
  }
  const telling = record.targets.find((target) => target.status === record.status);
  return telling?.reason ?? verdict?.reason ?? null;
}

interface Ended {
  readonly task: TaskState;
  readonly attempt: Attempt | undefined;
}

async function recordEnds(context: RunContext, ended: readonly Ended[]): Promise<void> {
  await context.ledger.updateTasks(
    context.record.run.id,
    ended.map(({ task }) => taskRow(task)),
  );
  for (const { task, attempt } of ended) {
    context.emit({ type: 'task_ended', task: task.record, attempt });
  }
  for (const step of new Set(ended.map(({ task }) => task.step))) {
    await finishStepIfDone(context, step);
  }
}

async function finishStepIfDone(context: RunContext, step: StepState): Promise<void> {
  if (step.ended || step.tasks.some((task) => task.phase !== 'ended')) return;
  await finishSteps(context, [step]);
  await context.save();
}

/** Ends steps all of whose tasks have ended, and records them. */
export async function finishSteps(context: RunContext, steps: readonly StepState[]): Promise<void> {
  if (steps.length === 0) return;
  const at = toTimestamp(context.clock.now());
  for (const step of steps) {
    step.ended = true;
    finishStepRecord(step, at);
  }
  const records = steps.map((step) => step.record);
  await context.ledger.updateSteps(context.record.run.id, records);
  for (const step of records) context.emit({ type: 'step_ended', step });
}

/**
 * Sets a step's state from its tasks. A step without tasks had nothing to do; one that the run could
 * not come to in full is `skipped`, whatever was done of it, unless something worse is known.
 */
function finishStepRecord({ record, blockedTasks }: StepState, at: string): void {
  const { tasks } = record;
  record.status = combineStatuses(tasks.map((task) => task.status));
  record.reason = tasks.length === 0 ? 'nothing to do' : reasonOf(record);
  if (blockedTasks > 0 && record.status === 'succeeded') {
    record.status = 'skipped';
    record.reason = `${String(blockedTasks)} of ${String(tasks.length)} tasks not launched: ${reasonOf(record) ?? ''}`;
  }
  const launched = tasks.some((task) => task.attempts.some((a) => a.launched_at !== null));
  record.finished_at = launched ? at : null;
}

function reasonOf({ status, tasks }: Step): string | null {
  return tasks.find((task) => task.status === status)?.reason ?? null;
}

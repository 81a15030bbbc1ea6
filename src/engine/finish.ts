import type { Attempt, Step } from '../generated/report.v1.js';
import { combineStatuses, isFinal, type Verdict } from '../model/status.js';
import type { SqlError } from '../postgres/errors.js';
import { toTimestamp } from './clock.js';
import type { RunContext } from './context.js';
import { readProgress } from './progress.js';
import type { Skip } from './schedule.js';
import type { StepState, TaskState } from './state.js';

/** Ends tasks that could not be launched. */
export async function failTasks(
  context: RunContext,
  tasks: readonly TaskState[],
  { sqlstate, message }: Pick<SqlError, 'sqlstate' | 'message'>,
): Promise<void> {
  const verdict: Verdict = { status: 'failed', reason: message, sqlstate };
  await endTasks(
    context,
    tasks.map((task) => ({ task, verdict })),
  );
}

/** Ends tasks that will never be launched; the ledger is told of all of them at once. */
export async function skipTasks(
  context: RunContext,
  skips: readonly Skip<TaskState>[],
): Promise<void> {
  await endTasks(
    context,
    skips.map(({ task, reason, deferred }) => ({
      task,
      verdict: { status: 'skipped', reason, sqlstate: null, deferred },
    })),
  );
}

async function endTasks(
  context: RunContext,
  ends: readonly { readonly task: TaskState; readonly verdict: Verdict }[],
): Promise<void> {
  if (ends.length === 0) return;
  const ended = await context.attempts.endTasks(
    context.record.run.id,
    ends.map(({ task, verdict }) => ({ task: task.key, verdict })),
  );
  for (const [index, { task }] of ends.entries()) {
    const answer = ended[index];
    if (answer === undefined) throw new Error('the ledger left out a task');
    task.live = undefined;
    task.apply(answer.task, context.clock.now());
    if (answer.attempt !== null) task.applyAttempt(answer.attempt);
  }
  await tellEnds(
    context,
    ends.map(({ task }) => task),
  );
}

/** Tells of tasks that have ended, and ends the steps that end with them. */
export async function tellEnds(context: RunContext, tasks: readonly TaskState[]): Promise<void> {
  for (const group of groupSkipped(tasks)) tellEnd(context, group);
  const steps = [...new Set(tasks.map(({ step }) => step))].filter(
    (step) => !step.ended && step.tasks.every((task) => task.phase === 'ended'),
  );
  if (steps.length === 0) return;
  await finishSteps(context, steps);
  await context.save();
}

/** Those of a step that were skipped for one reason together: there may be thousands. All others alone. */
function groupSkipped(tasks: readonly TaskState[]): TaskState[][] {
  const groups = new Map<string, TaskState[]>();
  for (const task of tasks) {
    const { id, status, reason } = task.record;
    const key = status === 'skipped' && task.blocked ? `${task.step.id}\n${reason ?? ''}` : id;
    const group = groups.get(key) ?? [];
    group.push(task);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function tellEnd({ emit }: RunContext, group: readonly TaskState[]): void {
  const [first] = group;
  if (first === undefined) return;
  const { record, step } = first;
  if (group.length === 1) {
    emit({ type: 'task_ended', task: record, attempt: record.attempts.at(-1) });
  } else {
    const why = record.reason ?? '';
    emit({ type: 'tasks_skipped', step: step.record, tasks: group.length, why });
  }
}

/** Ends steps all of whose tasks have ended, and records them. */
export async function finishSteps(context: RunContext, steps: readonly StepState[]): Promise<void> {
  if (steps.length === 0) return;
  const { clock, ledger, record } = context;
  for (const step of steps) step.ended = true;
  await readProgress(context, steps);
  const ids = steps.map(({ id }) => id);
  const ends = await ledger.finishSteps(record.run.id, ids, toTimestamp(clock.now()));
  for (const step of steps) {
    Object.assign(step.record, ends[step.id]);
    context.emit({ type: 'step_ended', step: step.record });
  }
}

/**
 * Without the server nothing can be proven nor recorded but in the report: what ran is unknown, what
 * waited was never launched, or came to what its last try came to.
 */
export function abandonTasks(context: RunContext, reason: string): void {
  const at = toTimestamp(context.clock.now());
  for (const step of context.steps) {
    for (const task of step.tasks) {
      if (!isFinal(task.status)) abandonTask(task, reason);
    }
    if (!isFinal(step.record.status)) abandonStep(step, context.stop.aborted, at);
  }
}

function abandonTask(task: TaskState, reason: string): void {
  const { record } = task;
  const running = task.phase === 'running';
  const tried = record.attempts.findLast((a) => a.launched_at !== null && isFinal(a.status));
  const status = running ? 'unknown' : (tried?.status ?? 'skipped');
  const why = tried?.message ?? reason;
  task.blocked = status === 'skipped';
  for (const attempt of record.attempts) abandonAttempt(attempt, running, reason);
  for (const target of record.targets) {
    if (!isFinal(target.status)) Object.assign(target, { status, reason: why });
  }
  const parts = record.targets.map((target) => target.status);
  Object.assign(record, {
    status: parts.length === 0 ? status : combineStatuses(parts),
    reason: why,
  });
}

function abandonAttempt(attempt: Attempt, running: boolean, message: string): void {
  if (isFinal(attempt.status)) return;
  Object.assign(attempt, { status: running ? 'unknown' : 'skipped', message });
}

/** Ends a step by what is known here, since the server is gone: by the rules of the ledger's finish_step. */
function abandonStep({ record, blockedTasks }: StepState, stopped: boolean, at: string): void {
  const { tasks } = record;
  record.status = combineStatuses(tasks.map((task) => task.status));
  record.reason = tasks.length === 0 ? 'nothing to do' : reasonOf(record);
  if (blockedTasks > 0 && ['succeeded', 'skipped'].includes(record.status)) {
    record.status = stopped ? 'cancelled' : 'skipped';
    record.reason = `${String(blockedTasks)} of ${String(tasks.length)} tasks not launched: ${reasonOf({ ...record, status: 'skipped' }) ?? ''}`;
  }
  const launched = tasks.some((task) => task.attempts.some((a) => a.launched_at !== null));
  record.finished_at = launched ? at : null;
}

function reasonOf({ status, tasks }: Step): string | null {
  return tasks.find((task) => task.status === status)?.reason ?? null;
}

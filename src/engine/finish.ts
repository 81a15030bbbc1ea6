import type { Step } from '../generated/report.v1.js';
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
  const attempt = task.live?.record.attempt;
  const verdict: Verdict = { status: 'failed', reason: error.message, sqlstate: error.sqlstate };
  if (attempt !== undefined) {
    attempt.status = 'failed';
    attempt.sqlstate = error.sqlstate;
    attempt.message = error.message;
    attempt.finished_at = toTimestamp(context.clock.now());
  }
  if (task.live?.recorded === true) await context.ledger.updateAttempts([task.live.record]);
  task.items.length = 0;
  await finishTask(context, task, verdict);
}

/** Ends tasks that will never be launched. */
export async function skipTasks(
  context: RunContext,
  skips: readonly { readonly task: TaskState; readonly reason: string }[],
): Promise<void> {
  for (const { task, reason } of skips) {
    task.items.length = 0;
    task.step.blocked = true;
    await dropPrepared(context, task, reason);
    await finishTask(context, task, lastVerdict(task) ?? { ...SKIPPED, reason });
  }
}

const SKIPPED = { status: 'skipped', sqlstate: undefined } as const;

/** An attempt that was recorded and never launched must not stay `pending` in the ledger. */
async function dropPrepared(
  context: RunContext,
  { live }: TaskState,
  reason: string,
): Promise<void> {
  if (live === undefined) return;
  live.record.attempt.status = 'skipped';
  live.record.attempt.message = reason;
  if (live.recorded) await context.ledger.updateAttempts([live.record]);
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
  await context.ledger.updateTasks(context.record.run.id, [taskRow(task)]);
  context.emit({ type: 'task_ended', task: record, attempt });
  await finishStepIfDone(context, task.step);
}

function taskReason({ record }: TaskState, verdict: Verdict | undefined): string | null {
  const counted = record.targets.filter((target) => target.status === 'skipped').length;
  if (record.status === 'succeeded' && counted > 0) {
    return `${String(counted)} of ${String(record.targets.length)} relations were skipped`;
  }
  const telling = record.targets.find((target) => target.status === record.status);
  return telling?.reason ?? verdict?.reason ?? null;
}

async function finishStepIfDone(context: RunContext, step: StepState): Promise<void> {
  if (step.ended || step.tasks.some((task) => task.phase !== 'ended')) return;
  step.ended = true;
  finishStepRecord(step.record, toTimestamp(context.clock.now()));
  await context.ledger.updateSteps(context.record.run.id, [step.record]);
  context.emit({ type: 'step_ended', step: step.record });
  await context.save();
}

/** Sets a step's state from its tasks. A step without tasks had nothing to do. */
export function finishStepRecord(step: Step, at: string): void {
  step.status = combineStatuses(step.tasks.map((task) => task.status));
  step.reason =
    step.tasks.length === 0
      ? 'nothing to do'
      : (step.tasks.find((task) => task.status === step.status)?.reason ?? null);
  step.finished_at = step.tasks.some((task) => task.attempts.length > 0) ? at : null;
}

import type { Attempt, Step, Task } from '../generated/report.v1.js';
import { EXIT, type ExitCode } from '../errors.js';
import type { RunEnd } from '../ledger/store.js';
import { count } from '../model/phrases.js';
import { combineStatuses, isFinal } from '../model/status.js';
import { toTimestamp } from './clock.js';
import type { RunContext } from './context.js';

/**
 * Without the server nothing can be proven nor recorded but in the report: what ran is unknown, what
 * waited was never launched, or came to what its last try came to.
 */
export function abandonTasks({ clock, state, stop }: RunContext, reason: string): void {
  const at = toTimestamp(clock.now());
  for (const step of state.record.steps) {
    const open = step.tasks.filter((task) => !isFinal(task.status));
    for (const task of open) abandonTask(task, reason);
    const blocked = open.filter(({ status }) => status === 'skipped').length;
    if (!isFinal(step.status)) abandonStep(step, blocked, stop.aborted, at);
  }
}

function abandonTask(record: Task, reason: string): void {
  const running = record.attempts.at(-1)?.status === 'running';
  const tried = record.attempts.findLast((a) => a.launched_at !== null && isFinal(a.status));
  const status = running ? 'unknown' : (tried?.status ?? 'skipped');
  const why = tried?.message ?? reason;
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
function abandonStep(record: Step, blocked: number, stopped: boolean, at: string): void {
  const { tasks } = record;
  record.status = combineStatuses(tasks.map((task) => task.status));
  record.reason = tasks.length === 0 ? 'nothing to do' : reasonOf(record);
  if (blocked > 0 && ['succeeded', 'skipped'].includes(record.status)) {
    record.status = stopped ? 'cancelled' : 'skipped';
    record.reason = `${String(blocked)} of ${String(tasks.length)} tasks not launched: ${reasonOf({ ...record, status: 'skipped' }) ?? ''}`;
  }
  const launched = tasks.some((task) => task.attempts.some((a) => a.launched_at !== null));
  record.finished_at = launched ? at : null;
}

function reasonOf({ status, tasks }: Step): string | null {
  return tasks.find((task) => task.status === status)?.reason ?? null;
}

/** The end of a run that could not be recorded: no more than what its tasks prove. */
export function abandonedRun(
  { clock, state: { record } }: RunContext,
  lost: string,
  errorExit: ExitCode | null,
): RunEnd {
  const tasks = record.steps.flatMap((step) => step.tasks);
  const unknown = tasks.filter(({ status }) => status === 'unknown').length;
  const done = tasks.every(({ status }) => status === 'succeeded');
  const end = { finished_at: toTimestamp(clock.now()), paused_by: null };
  if (unknown > 0) {
    const reason = `${lost}; the outcome of ${count(unknown, 'task')} is unknown`;
    return { ...end, status: 'unknown', exit_code: EXIT.outcomeUnknown, reason };
  }
  if (done && errorExit === null) {
    return { ...end, status: 'succeeded', exit_code: EXIT.ok, reason: lost };
  }
  const undone = tasks.filter(({ status }) => status !== 'succeeded').length;
  const reason = `${lost}; ${count(undone, 'task')} did not succeed`;
  return { ...end, status: 'failed', exit_code: errorExit ?? EXIT.taskFailed, reason };
}

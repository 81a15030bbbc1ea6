import { EXIT, type ExitCode } from '../errors.js';
import type { ReportV1, Step, Task } from '../generated/report.v1.js';
import { count } from '../model/phrases.js';
import { isFailure, isFinal, type RunStatus } from '../model/status.js';
import { SQLSTATE } from '../postgres/errors.js';

export interface Conclusion {
  readonly status: RunStatus;
  readonly exitCode: ExitCode;
  readonly reason: string | undefined;
}

/** A run that was stopped before its work was done. */
export interface Cancelled {
  /** By whom, how, and what was left undone. */
  readonly reason: string;
  readonly exitCode: ExitCode;
}

/**
 * What the run as a whole came to, from its tasks. An unknown outcome outweighs everything; a
 * relation that was skipped for lack of privilege counts as a failure, since somebody has to act.
 * @param cancelled when somebody stopped it before its work was done.
 * @param lost why the run ended early, when a connection was lost. It is no failure by itself: what
 *   is proven afterwards counts.
 * @param refused interrupted tasks that were not done again, by id.
 */
export function concludeRun(
  record: Pick<ReportV1, 'steps'>,
  cancelled: Cancelled | undefined,
  lost: string | undefined,
  refused: readonly string[] = [],
): Conclusion {
  const tasks = record.steps.flatMap((step) => step.tasks);
  const unknown = tasks.filter((task) => task.status === 'unknown').length;
  if (unknown > 0) {
    const reason = `${lost === undefined ? '' : `${lost}; `}the outcome of ${count(unknown, 'task')} is unknown`;
    return { status: 'unknown', exitCode: EXIT.outcomeUnknown, reason };
  }
  if (cancelled !== undefined) return { status: 'cancelled', ...cancelled };
  if (refused.length > 0) {
    const reason = `${refused.join(', ')} was interrupted and not done again: not declared idempotent`;
    return { status: 'failed', exitCode: EXIT.outcomeUnknown, reason };
  }
  const deferred = tasks.filter((task) => task.deferred).length;
  const failed = tasks.filter((task) => isFailure(task.status) && !task.deferred).length;
  const forbidden = tasks.flatMap(forbiddenTargets).length;
  const unlaunched = lost === undefined ? 0 : tasks.filter(neverLaunched).length;
  const stopped = record.steps.filter(wasCancelledUnlaunched).length;
  if (failed + forbidden + unlaunched + stopped === 0) {
    // Whatever a step is called at this moment: work that has not ended has not succeeded.
    const open = tasks.some((task) => !isFinal(task.status));
    if (open) return { status: 'detached', exitCode: EXIT.ok, reason: lost };
    if (deferred > 0) {
      const reason = [...(lost === undefined ? [] : [lost]), `${count(deferred, 'task')} deferred`];
      return { status: 'deferred', exitCode: EXIT.notNow, reason: reason.join('; ') };
    }
    return { status: 'succeeded', exitCode: EXIT.ok, reason: lost };
  }
  const reasons = [
    ...(lost === undefined ? [] : [lost]),
    ...(unlaunched === 0 ? [] : [`${count(unlaunched, 'task')} not launched`]),
    ...(failed === 0 ? [] : [`${count(failed, 'task')} did not succeed`]),
    ...(stopped === 0 ? [] : [`${count(stopped, 'step')} cancelled`]),
    ...(forbidden === 0 ? [] : [`${count(forbidden, 'relation')} skipped for lack of privilege`]),
    ...(deferred === 0 ? [] : [`${count(deferred, 'task')} deferred`]),
  ];
  return { status: 'failed', exitCode: EXIT.taskFailed, reason: reasons.join('; ') };
}

/** A step that was cancelled before any of its tasks was stopped. */
function wasCancelledUnlaunched({ status, tasks }: Step): boolean {
  return status === 'cancelled' && !tasks.some((task) => isFailure(task.status));
}

function neverLaunched(task: Task): boolean {
  return task.status === 'skipped' && task.attempts.every((a) => a.launched_at === null);
}

function forbiddenTargets(task: Task): Task['targets'] {
  return task.targets.filter(
    ({ status, sqlstate }) => status === 'skipped' && sqlstate === SQLSTATE.insufficientPrivilege,
  );
}

/** Counts statuses, for the report's summary. */
export function summarize(record: Pick<ReportV1, 'steps'>): ReportV1['summary'] {
  const tasks = record.steps.flatMap((step) => step.tasks);
  return {
    steps: countStatuses(record.steps),
    tasks: countStatuses(tasks),
    targets: countStatuses(tasks.flatMap((task) => task.targets)),
  };
}

function countStatuses(items: readonly { status: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

import type { ReportV1, Task } from '../generated/report.v1.js';
import { describeDuration } from '../model/duration.js';
import type { RunStatus, TaskStatus } from '../model/status.js';
import { elapsedMs } from './times.js';
import { formatNumber } from '../model/phrases.js';

const RUN_VERBS: Readonly<Record<RunStatus, string>> = {
  running: 'is running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  detached: 'goes on in the server',
  deferred: 'was deferred',
  unknown: 'ended with an unknown outcome',
};

/** What is said of tasks, worst first; `one` and `many` of them. */
const TASK_VERBS: readonly (readonly [TaskStatus, one: string, many: string])[] = [
  ['unknown', 'has an unknown outcome', 'have an unknown outcome'],
  ['failed', 'failed', 'failed'],
  ['timed_out', 'timed out', 'timed out'],
  ['cancelled', 'was cancelled', 'were cancelled'],
  ['running', 'is running', 'are running'],
  ['detached', 'goes on in the server', 'go on in the server'],
  ['pending', 'waits', 'wait'],
  ['skipped', 'was skipped', 'were skipped'],
];

const some = (n: number, noun: string): string => `${formatNumber(n)} ${noun}${n === 1 ? '' : 's'}`;

/** What happened, in a sentence: `nightly failed: 1 of 12 tasks timed out; 3 relations were skipped`. Pure. */
export function headline(report: ReportV1): string {
  return `${report.runbook.name} ${RUN_VERBS[report.run.status]}: ${describeOutcome(report)}`;
}

/** The headline without the runbook and its status. */
function describeOutcome({ run, steps }: ReportV1): string {
  const tasks = steps.flatMap((step) => step.tasks);
  if (tasks.length === 0) return run.reason ?? 'there was nothing to do';
  const parts = [...describeTasks(tasks), ...describeDeferred(tasks), ...describeSkipped(tasks)];
  if (parts.length > 0) return parts.join('; ');
  const took = elapsedMs(run.started_at, run.finished_at);
  const all = tasks.length === 1 ? 'its one task' : `all ${formatNumber(tasks.length)} tasks`;
  return `${all} succeeded${took === undefined ? '' : ` in ${describeDuration(took)}`}`;
}

function describeTasks(tasks: readonly Task[]): string[] {
  let first = true;
  return TASK_VERBS.flatMap(([status, one, many]) => {
    const n = tasks.filter((task) => task.status === status && !task.deferred).length;
    if (n === 0) return [];
    const share = first ? `${formatNumber(n)} of ${some(tasks.length, 'task')}` : formatNumber(n);
    first = false;
    return [`${share} ${n === 1 ? one : many}`];
  });
}

function describeDeferred(tasks: readonly Task[]): string[] {
  const n = tasks.filter((task) => task.deferred).length;
  if (n === 0) return [];
  return [`${some(n, 'task')} ${n === 1 ? 'was' : 'were'} left to the next run`];
}

/** Relations that a task passed by while it did others. */
function describeSkipped(tasks: readonly Task[]): string[] {
  const n = tasks
    .filter((task) => task.status !== 'skipped' && !task.deferred)
    .flatMap((task) => task.targets)
    .filter((target) => target.status === 'skipped').length;
  return n === 0 ? [] : [`${some(n, 'relation')} ${n === 1 ? 'was' : 'were'} skipped`];
}

/** Why the run is what it is, as far as the headline does not say it; null where that is all. */
export function furtherReason({ reason }: ReportV1['run']): string | null {
  const parts = (reason ?? '').split('; ').filter((part) => !COUNTED.test(part));
  return parts.join('; ') === '' ? null : parts.join('; ');
}

/** What the engine's reason counts, and the headline too. */
const COUNTED = /^\d+ tasks? (?:did not succeed|deferred)$/;

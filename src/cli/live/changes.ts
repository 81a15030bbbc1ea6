import type { ReportV1, Step, Task } from '../../generated/report.v1.js';
import { count } from '../../model/phrases.js';
import { message } from '../../model/printable.js';
import { isFinal } from '../../model/status.js';
import { describeProgress } from '../../report/progress.js';

/** Walks are told of at each tenth of their rows. */
const TENTHS = 10;

/** What has changed of a run between two looks, a line each; of the first look how it stands. Pure. */
export function describeChanges(before: ReportV1 | undefined, after: ReportV1): string[] {
  if (before === undefined) return [describeStart(after)];
  const { run } = after;
  return [
    ...pauses(before, after),
    ...after.steps.flatMap((step, index) => describeStep(before.steps[index], step)),
    ...(run.reason !== null && run.reason !== before.run.reason
      ? [`run ${run.id}: ${run.reason}`]
      : []),
    ...(run.status === before.run.status ? [] : [`run ${run.id} ${run.status}`]),
  ].map(message);
}

function describeStart({ run, steps }: ReportV1): string {
  const tasks = steps.flatMap((step) => step.tasks);
  const ended = tasks.filter(({ status }) => isFinal(status)).length;
  const running = tasks.filter(({ status }) => status === 'running').length;
  const paused = run.paused_by === null ? '' : `; paused by ${run.paused_by}`;
  return message(
    `run ${run.id} ${run.status}: ${String(ended)} of ${count(tasks.length, 'task')} ended, ${String(running)} running${paused}`,
  );
}

function pauses({ run: before }: ReportV1, { run }: ReportV1): string[] {
  if (before.paused_by === run.paused_by) return [];
  return [run.paused_by === null ? 'paused no more' : `paused by ${run.paused_by}`];
}

function describeStep(before: Step | undefined, after: Step): string[] {
  return [
    ...after.tasks.flatMap((task, index) => describeTask(before?.tasks[index], task)),
    ...walked(before, after),
    ...(before?.status === after.status ||
    after.status === 'running' ||
    (after.tasks.length === 1 && isFinal(after.status))
      ? []
      : [`${after.id}: ${after.status}`]),
  ];
}

function walked(before: Step | undefined, { id, progress }: Step): string[] {
  if (progress === null || progress.rows_estimated <= 0) return [];
  const tenth = (rows: number): number => Math.floor((TENTHS * rows) / progress.rows_estimated);
  const paused = progress.paused_for !== (before?.progress?.paused_for ?? null);
  const further = tenth(progress.rows_seen) > tenth(before?.progress?.rows_seen ?? 0);
  return paused || further ? [`${id}: ${describeProgress(progress)}`] : [];
}

function describeTask(before: Task | undefined, after: Task): string[] {
  const attempt = after.attempts.at(-1);
  const again = attempt !== undefined && attempt.number > (before?.attempts.at(-1)?.number ?? 0);
  if (after.status === 'running' && (again || before?.status !== 'running')) {
    return [`${after.id} runs as pid ${String(attempt?.pid ?? 'not known yet')}`];
  }
  if (before?.status === after.status || after.status === 'pending') return [];
  return [`${after.id} ${after.status}${after.reason === null ? '' : `: ${after.reason}`}`];
}

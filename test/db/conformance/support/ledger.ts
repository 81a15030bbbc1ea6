import type { ReportV1 } from '../../../../src/index.js';
import type { Attempt, Task } from '../../../../src/generated/report.v1.js';
import type { End } from './drivers.js';

/** What differs from run to run, and says nothing about the rule. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|\+00)/g, 'TIME'],
  [/\d{8}-[0-9a-z]{6,12}/g, 'RUN'],
  [/\bpid \d+/gi, 'pid N'],
  [/\bpostgres@[\w.-]+/g, 'ROLE@HOST'],
  [/conf-\w+-\w+/g, 'NAME'],
  // The server's warning, where somebody can hear it: PL/pgSQL cannot.
  [
    /skipping vacuum of "\w+" --- lock not available/g,
    'skip_locked: its lock was not free at once',
  ],
];

const mask = (text: string): string =>
  MASKS.reduce((masked, [what, name]) => masked.replaceAll(what, name), text);

const because = (reason: string | null): string => (reason === null ? '' : `: ${mask(reason)}`);

const attemptOf = ({ number, status, sqlstate }: Attempt): string =>
  [number, status, ...(sqlstate === null ? [] : [sqlstate])].join(' ');

function taskLine({ id, status, deferred, reason, targets, attempts }: Task): string {
  const parts = targets.length < 2 ? [] : [targets.map((t) => `${t.name} ${t.status}`).join(', ')];
  return [
    `${id} ${status}${deferred ? ' (deferred)' : ''}${because(reason)}`,
    ...parts,
    attempts.length === 0 ? 'not launched' : attempts.map(attemptOf).join(', '),
  ].join(' | ');
}

/**
 * A line for the run, for each step and for each of its tasks: `bad/1 failed: why | 1 failed 22012`. Times,
 * handles and other numbers that differ from run to run are masked.
 */
export function ledgerOf({ report, code }: End): string[] {
  const steps = report.steps.filter(({ id }) => id !== 'begin');
  return [
    `run ${report.run.status}, exit ${String(code)}`,
    ...steps.flatMap(({ id, status, reason, tasks }) => [
      `${id} ${status}${because(reason)}`,
      ...tasks.map(taskLine),
    ]),
  ];
}

interface Launched {
  readonly task: string;
  readonly from: number;
  readonly upto: number;
}

function launchedOf(report: ReportV1): Launched[] {
  const tasks = report.steps.filter(({ id }) => id !== 'begin').flatMap((step) => step.tasks);
  return tasks
    .flatMap((task) => task.attempts.map((attempt) => ({ task: task.id, attempt })))
    .filter(({ attempt }) => attempt.launched_at !== null)
    .map(({ task, attempt }) => ({
      task,
      from: Date.parse(attempt.launched_at ?? ''),
      upto: Date.parse(attempt.finished_at ?? ''),
    }))
    .toSorted((a, b) => a.from - b.from);
}

/** The attempts in the order of their launches. */
export const launchOrder = (report: ReportV1): string =>
  `launched: ${launchedOf(report)
    .map(({ task }) => task)
    .join(', ')}`;

/** How many attempts were at work at the same time. */
export function mostAtOnce(report: ReportV1): string {
  const all = launchedOf(report);
  const at = (moment: number): number =>
    all.filter(({ from, upto }) => from <= moment && moment < upto).length;
  return `at once: ${String(Math.max(0, ...all.map(({ from }) => at(from))))}`;
}

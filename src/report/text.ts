import type { Attempt, ReportV1, Residue, Step, Task } from '../generated/report.v1.js';
import { describeDuration } from '../model/duration.js';
import { count } from '../model/phrases.js';
import { oneLine } from '../model/printable.js';
import { isFailure, isFinal } from '../model/status.js';
import { wrapLine } from '../model/wrap.js';
import { lineOfStatements } from './statements.js';
import { describeProgress, describeWalk } from './progress.js';

/** At most this many lines of what lies about: the report file has it all. */
const MOST_RESIDUE = 5;

/**
 * The end of a run for people: one line a step, and below it what needs attention. Pure.
 * @param notes lines about tasks that run, by their ids.
 */
export function describeReport(
  report: ReportV1,
  notes: ReadonlyMap<string, readonly string[]> = new Map(),
): string {
  const { run } = report;
  const width = Math.max(...report.steps.map((step) => step.id.length), 4);
  const reason = run.reason === null ? '' : `: ${run.reason}`;
  return [
    `run ${run.id} ${run.status}${reason}`,
    ...(run.paused_by === null ? [] : [`paused by ${run.paused_by}`]),
    ...report.steps.flatMap((step) => [
      `  ${describeStep(step, width)}`,
      ...describeTroubles(step, notes),
      ...describeTable(step),
      ...describeSql(step),
    ]),
    ...describeLeft(report.residue),
    ...(run.next_commands.length === 0 ? [] : ['next:']),
    ...run.next_commands.map((command) => `  ${command}`),
  ]
    .map(oneLine)
    .join('\n');
}

/** One thing that lies about, where it comes from, and what became of it or should. */
export function describeResidue({ name, origin, advice, done }: Residue): string {
  return `${name}: ${origin}; ${done ?? advice}`;
}

/** What was cleared away before the run, and what is there after it. */
function describeLeft({ before, after }: ReportV1['residue']): string[] {
  const all = [...(before ?? []).filter(({ done }) => done !== null), ...(after ?? [])];
  const more = all.length - MOST_RESIDUE;
  return [
    ...(all.length === 0 ? [] : ['left over in the database:']),
    ...all.slice(0, MOST_RESIDUE).map((residue) => `  ${describeResidue(residue)}`),
    ...(more > 0 ? [`  and ${String(more)} more in the report`] : []),
  ];
}

/** What the plan foresaw, or guessed. */
function describeExpected({ basis, p50_ms: p50 }: NonNullable<Step['expected']>): string {
  const ms = describeDuration(p50);
  return basis === 'guess' ? `roughly ${ms} guessed` : `about ${ms} planned`;
}

function describeStep(step: Step, width: number): string {
  const took = elapsed(step.started_at, step.finished_at);
  const { expected } = step;
  const planned = expected === null ? '' : `, ${describeExpected(expected)}`;
  const parts = [
    step.id.padEnd(width),
    step.status.padEnd(9),
    took.padStart(7),
    ` ${count(step.tasks.length, 'task')}${planned}`,
  ];
  return parts.join('  ').trimEnd();
}

function elapsed(from: string | null, to: string | null): string {
  return from === null || to === null ? '-' : describeDuration(Date.parse(to) - Date.parse(from));
}

function describeTable(step: Step): string[] {
  const { progress } = step;
  if (progress === null) return [];
  const lines = isFinal(step.status) ? describeWalk(step, progress) : [describeProgress(progress)];
  return lines.flatMap((line) => wrapLine(`      ${line}`));
}

function describeSql(step: Step): string[] {
  const line = lineOfStatements(step);
  return line === undefined ? [] : wrapLine(`      ${line}`);
}

/** At most this many lines of trouble a step: the report file has them all. */
const MOST_TROUBLES = 10;

function describeTroubles(step: Step, notes: ReadonlyMap<string, readonly string[]>): string[] {
  const lines = step.tasks.flatMap((task) => [
    ...describeTrouble(task),
    ...(notes.get(task.id) ?? []).map((note) => `        ${note}`),
  ]);
  const more = lines.length - MOST_TROUBLES;
  return more > 0
    ? [...lines.slice(0, MOST_TROUBLES), `      and ${String(more)} more in the report`]
    : lines;
}

function describeTrouble(task: Task): string[] {
  const last = task.attempts.at(-1);
  if (!isFinal(task.status)) return describeOpen(task);
  const relations = task.targets
    .filter((target) => target.status !== 'succeeded' && target.status !== task.status)
    .map(
      (target) => `      ${target.name} ${target.status}${because(target.sqlstate, target.reason)}`,
    );
  if (!isFailure(task.status) && task.status !== 'unknown' && task.status !== 'skipped') {
    return relations;
  }
  const names = task.targets.map((target) => target.name).slice(0, 3);
  const what = [task.id, ...names].join(' ');
  return [
    `      ${what} ${task.status}${because(sqlstateOf(task, last), task.reason)}`,
    ...relations,
  ];
}

/** Of what has not ended, only what runs is worth a line. */
function describeOpen({ id, status, attempts }: Task): string[] {
  const last = attempts.at(-1);
  if (status !== 'running' || last === undefined) return [];
  const since = last.launched_at === null ? '' : ` since ${last.launched_at}`;
  return [`      ${id} running as pid ${String(last.pid)}${since}`];
}

function sqlstateOf(task: Task, last: Attempt | undefined): string | null {
  return (
    task.targets.find((target) => target.sqlstate !== null)?.sqlstate ?? last?.sqlstate ?? null
  );
}

function because(sqlstate: string | null, reason: string | null): string {
  const code = sqlstate === null ? '' : ` [${sqlstate}]`;
  return reason === null ? code : `${code}: ${reason}`;
}

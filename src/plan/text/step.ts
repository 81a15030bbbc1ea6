import type { Estimate, Forecast, Step, Target, Task } from '../../generated/plan.v1.js';
import { describeDuration, formatDuration } from '../../model/duration.js';
import { count } from '../../model/phrases.js';
import { formatSize } from '../../model/size.js';
import { batchLines } from './batches.js';
import { lockLines } from './locks.js';
import { line, whole, type Line } from './line.js';

interface Context {
  readonly forecast: Forecast['steps'][number] | undefined;
  readonly explainSelection: boolean;
}

/** One step: how it runs, what it locks, what it works on, and the SQL of every task. Pure. */
export function stepLines(step: Step, index: number, context: Context): Line[] {
  const began = step.after === 'started' ? ' (once detached ones of them began)' : '';
  const needs = step.needs.length === 0 ? '' : `, after ${step.needs.join(', ')}${began}`;
  const supervisor = step.policy === 'detach' ? ' and a supervisor' : '';
  const settings = Object.entries(step.settings).map(([name, value]) => `${name}=${value}`);
  return [
    {
      text:
        `${String(index + 1)}. ${step.id}: ${step.kind}, ${step.policy}, ` +
        `${count(step.concurrency, 'worker')} at once${supervisor}${needs}`,
      emphasis: 'heading',
    },
    line(
      `   timeout ${formatDuration(step.timeout_ms)}${waitsText(step)}${retryText(step)}, ` +
        `on failure ${step.on_failure}`,
    ),
    ...Object.entries(step.budgets).map(([name, limit]) =>
      line(`   budget ${name}: ${count(limit, 'worker')} on the server`),
    ),
    ...timeLines(context.forecast),
    ...lockLines(step.locks),
    line(`   settings ${settings.join(' ')}`),
    ...selectionLines(step, context.explainSelection),
    ...(step.batches === null ? [] : batchLines(step.batches, step.tasks.length)),
    ...step.expects.map((one) => line(`   rolled back unless ${one}`)),
    ...step.estimates.map((estimate) => line(describeEstimate(estimate))),
    ...workLines(step),
    ...step.left_out.map((out) => line(`   left out: ${out.name}: ${out.reason}`)),
  ];
}

function waitsText({ lock_timeout_ms: lock, old_transactions_timeout_ms: old }: Step): string {
  return [
    ...(lock === null ? [] : [`, lock timeout ${formatDuration(lock)}`]),
    ...(old === null ? [] : [`, old transactions timeout ${formatDuration(old)}`]),
  ].join('');
}

function workLines({ template, tasks }: Step): Line[] {
  if (template !== null) {
    const rows = template.split('\n').map((row) => whole(`        ${row}`));
    return [line('   SQL, with names and keys that a server would give:'), ...rows];
  }
  return tasks.length === 0 ? [line('   nothing to do')] : tasks.flatMap(taskLines);
}

const BASES = {
  same: 'as it took before',
  similar: 'as the same command took on other relations',
  guess: 'a rough guess: it has no history',
  none: 'of some of it nothing is known',
};

function timeLines(forecast: Context['forecast']): Line[] {
  if (forecast === undefined) return [];
  const { basis, p50_ms: p50, p95_ms: p95 } = forecast;
  const about = `about ${describeDuration(p50)}, ${describeDuration(p95)} at p95`;
  return [line(`   takes ${basis === 'none' && p50 === 0 ? '?' : about} (${BASES[basis]})`)];
}

function selectionLines({ tasks, left_out: leftOut, unselected }: Step, explain: boolean): Line[] {
  const out = unselected.reduce((sum, { names }) => sum + names.length, 0);
  if (out === 0) return [];
  const chosen = tasks.reduce((sum, task) => sum + task.targets.length, 0);
  const all = chosen + leftOut.length + out;
  const filters = unselected.map(
    ({ filter, names }) => `${filter} keeps out ${String(names.length)}`,
  );
  return [
    line(`   selects ${String(chosen)} of ${String(all)}: ${filters.join(', ')}`),
    ...(explain
      ? unselected.map(({ filter, names }) => line(`   kept out by ${filter}: ${names.join(', ')}`))
      : []),
  ];
}

function describeEstimate({ command, table, rows, why_not: whyNot }: Estimate): string {
  return whyNot === null
    ? `   ${command} of about ${String(rows)} rows of ${table ?? 'what it names'} (planner's estimate)`
    : `   ${command}, without an estimate: ${whyNot}`;
}

function retryText(step: Step): string {
  return step.retry === null
    ? ''
    : `, up to ${String(step.retry.attempts)} tries on ${step.retry.on.join(' ')}`;
}

/** Lines of SQL that the task before has too are not worth reading twice. */
function taskLines(task: Task, index: number, tasks: readonly Task[]): Line[] {
  const before = tasks[index - 1]?.sql.split('\n').slice(1).join('\n') ?? '';
  const [first, ...others] = task.sql.split('\n');
  const same = others.length > 1 && before === others.join('\n');
  const rest = same ? [`… as in task ${String(index)}`] : others;
  const sizes = task.targets.reduce((sum, target) => sum + target.size_bytes, 0);
  const about =
    task.targets.length > 1
      ? [line(`        ${count(task.targets.length, 'relation')}, ${formatSize(sizes)}:`)]
      : [];
  return [
    whole(`   ${`${String(task.number)}.`.padStart(4)} ${first ?? ''}`),
    ...rest.map((row) => whole(`        ${row}`)),
    ...(task.after.length === 0 ? [] : [line(`        after task ${task.after.join(', ')}`)]),
    ...about,
    ...task.targets.map(targetLine),
  ];
}

/** Facts that explain a selection to a reader; the others are in the JSON. */
const SHOWN_FACTS: readonly (readonly [string, (value: number) => string])[] = [
  ['carried_over', (value) => `left over ${value === 1 ? 'once' : `${String(value)} times`}`],
  ['dead_rows', (value) => `${String(value)} dead rows`],
  ['modified_rows', (value) => `${String(value)} modified rows`],
  ['xid_age', (value) => `xid age ${String(value)}`],
  ['mxid_age', (value) => `multixact age ${String(value)}`],
  ['bloat', (value) => `about ${String(Math.round(value * 100))} % bloat`],
];

/** Estimates below it say nothing. */
const NOTEWORTHY_BLOAT = 0.1;

const LAST_DONE: readonly (readonly [string, string])[] = [
  ['seconds_since_vacuum', 'vacuumed'],
  ['seconds_since_analyze', 'analyzed'],
];

function targetLine({ name, size_bytes: size, facts }: Target): Line {
  const shown = SHOWN_FACTS.flatMap(([fact, show]) => {
    const value = facts[fact];
    const least = fact === 'bloat' ? NOTEWORTHY_BLOAT : 0;
    return typeof value === 'number' && value > least ? [show(value)] : [];
  });
  const done = LAST_DONE.flatMap(([fact, verb]) => {
    const seconds = facts[fact];
    if (seconds === undefined) return [];
    return typeof seconds === 'number'
      ? [`${verb} ${describeAge(seconds)} ago`]
      : [`never ${verb}`];
  });
  return line(`        - ${[name, formatSize(size), ...shown, ...done].join(', ')}`);
}

const DAY_SECONDS = 86_400;

function describeAge(seconds: number): string {
  return seconds >= 2 * DAY_SECONDS
    ? `${String(Math.floor(seconds / DAY_SECONDS))} days`
    : describeDuration(seconds * 1000);
}

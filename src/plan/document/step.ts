import type { Estimate, Forecast, Step, Target, Task } from '../../generated/plan.v1.js';
import { describeDuration, formatDuration } from '../../model/duration.js';
import { count } from '../../model/phrases.js';
import { formatSize } from '../../model/size.js';
import { batchParts } from './batches.js';
import { lockNotes, summarizeLocks } from './locks.js';
import { note, type Part, type StepSection, type TaskPart } from './model.js';

interface Context {
  readonly forecast: Forecast['steps'][number] | undefined;
  /** True: name every relation that a filter keeps out. */
  readonly explainSelection: boolean;
}

/** One step: how it runs, what it locks, what it works on, and the SQL of every task. Pure. */
export function stepSection(step: Step, context: Context): StepSection {
  return {
    id: step.id,
    title: titleOf(step),
    cells: cellsOf(step, context.forecast),
    parts: partsOf(step, context),
    tasks: step.tasks.map(taskPart),
    leftOut: step.left_out.map((out) => `left out: ${out.name}: ${out.reason}`),
  };
}

function titleOf(step: Step): string {
  const began = step.after === 'started' ? ' (once detached ones of them began)' : '';
  const needs = step.needs.length === 0 ? '' : `, after ${step.needs.join(', ')}${began}`;
  const supervisor = step.policy === 'detach' ? ' and a supervisor' : '';
  const workers = count(step.concurrency, 'worker');
  return `${step.id}: ${step.kind}, ${step.policy}, ${workers} at once${supervisor}${needs}`;
}

function partsOf(step: Step, { forecast, explainSelection }: Context): Part[] {
  const settings = Object.entries(step.settings).map(([name, value]) => `${name}=${value}`);
  return [
    note(
      `timeout ${formatDuration(step.timeout_ms)}${waitsText(step)}${retryText(step)}, ` +
        `on failure ${step.on_failure}`,
    ),
    ...Object.entries(step.budgets).map(([name, limit]) =>
      note(`budget ${name}: ${count(limit, 'worker')} on the server`),
    ),
    ...timeNotes(forecast).map(note),
    ...lockNotes(step.locks).map(note),
    note(`settings ${settings.join(' ')}`),
    ...selectionNotes(step, explainSelection).map(note),
    ...(step.batches === null ? [] : batchParts(step.batches, step.tasks.length)),
    ...step.expects.map((one) => note(`rolled back unless ${one}`)),
    ...step.estimates.map((estimate) => note(describeEstimate(estimate))),
    ...templateParts(step),
  ];
}

function waitsText({ lock_timeout_ms: lock, old_transactions_timeout_ms: old }: Step): string {
  return [
    ...(lock === null ? [] : [`, lock timeout ${formatDuration(lock)}`]),
    ...(old === null ? [] : [`, old transactions timeout ${formatDuration(old)}`]),
  ].join('');
}

function templateParts({ template, tasks }: Step): Part[] {
  if (template !== null) {
    return [note('SQL, with names and keys that a server would give:'), { sql: template }];
  }
  return tasks.length === 0 ? [note('nothing to do')] : [];
}

function sizeOf(tasks: readonly Task[]): number {
  const sizes = new Map(
    tasks.flatMap((task) => task.targets.map((target) => [target.oid, target.size_bytes])),
  );
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function cellsOf(step: Step, time: Context['forecast']): StepSection['cells'] {
  const budgets = Object.entries(step.budgets).map(([name, limit]) => `${name} ≤ ${String(limit)}`);
  return {
    step: step.id,
    kind: step.kind,
    policy: [step.policy, ...budgets].join(', '),
    tasks: step.template === null ? String(step.tasks.length) : '?',
    size: step.template === null ? formatSize(sizeOf(step.tasks)) : '?',
    takes: describeShort(time),
    timeout: formatDuration(step.timeout_ms),
    blocks: summarizeLocks(step.locks),
  };
}

function describeShort(time: Context['forecast']): string {
  if (time === undefined || time.basis === 'none') return '?';
  return `${describeDuration(time.p50_ms)}${time.basis === 'guess' ? ' (guess)' : ''}`;
}

const BASES = {
  same: 'as it took before',
  similar: 'as the same command took on other relations',
  guess: 'a guess: it has no history',
  none: 'of some of it nothing is known',
};

function timeNotes(forecast: Context['forecast']): string[] {
  if (forecast === undefined) return [];
  const { basis, p50_ms: p50, p95_ms: p95 } = forecast;
  const late = p95 === null ? '' : `, ${describeDuration(p95)} at p95`;
  const about = `${basis === 'guess' ? 'roughly' : 'about'} ${describeDuration(p50)}${late}`;
  return [`takes ${basis === 'none' && p50 === 0 ? '?' : about} (${BASES[basis]})`];
}

function selectionNotes(
  { tasks, left_out: leftOut, unselected }: Step,
  explain: boolean,
): string[] {
  const out = unselected.reduce((sum, { names }) => sum + names.length, 0);
  if (out === 0) return [];
  const chosen = tasks.reduce((sum, task) => sum + task.targets.length, 0);
  const all = chosen + leftOut.length + out;
  const filters = unselected.map(
    ({ filter, names }) => `${filter} keeps out ${String(names.length)}`,
  );
  return [
    `selects ${String(chosen)} of ${String(all)}: ${filters.join(', ')}`,
    ...(explain
      ? unselected.map(({ filter, names }) => `kept out by ${filter}: ${names.join(', ')}`)
      : []),
  ];
}

function describeEstimate({ command, table, rows, why_not: whyNot }: Estimate): string {
  return whyNot === null
    ? `${command} of about ${String(rows)} rows of ${table ?? 'what it names'} (planner's estimate)`
    : `${command}, without an estimate: ${whyNot}`;
}

function retryText(step: Step): string {
  return step.retry === null
    ? ''
    : `, up to ${String(step.retry.attempts)} tries on ${step.retry.on.join(' ')}`;
}

function taskPart({ number, sql, after, targets }: Task): TaskPart {
  const sizes = targets.reduce((sum, target) => sum + target.size_bytes, 0);
  return {
    number,
    sql,
    notes: [
      ...(after.length === 0 ? [] : [`after task ${after.join(', ')}`]),
      ...(targets.length > 1
        ? [`${count(targets.length, 'relation')}, ${formatSize(sizes)}:`]
        : []),
    ],
    relations: targets.map((target) => ({ name: target.name, about: describeTarget(target) })),
  };
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

function describeTarget({ size_bytes: size, facts }: Target): string {
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
  return [formatSize(size), ...describeWork(facts), ...shown, ...done].join(', ');
}

/** Where the size tells nothing of the work: an invalid index may be next to empty. */
function describeWork({ work_bytes: work }: Target['facts']): string[] {
  if (work === undefined) return [];
  return [typeof work === 'number' ? `work for about ${formatSize(work)}` : 'work of unknown size'];
}

const DAY_SECONDS = 86_400;

function describeAge(seconds: number): string {
  return seconds >= 2 * DAY_SECONDS
    ? `${String(Math.floor(seconds / DAY_SECONDS))} days`
    : describeDuration(seconds * 1000);
}

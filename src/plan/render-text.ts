import type {
  Capacity,
  Estimate,
  Finding,
  PlanV1,
  Step,
  Target,
  Task,
} from '../generated/plan.v1.js';
import { formatDuration } from '../model/duration.js';
import { oneLine } from '../model/printable.js';
import { formatSize } from '../model/size.js';
import { wrapLine } from '../model/wrap.js';
import { renderBatches } from './render-batches.js';

/**
 * The plan for people, 80 columns wide: the exact SQL and settings of each task, and its targets
 * with their sizes. SQL is never broken: it is what will be sent. Pure.
 */
export function renderPlanText(plan: PlanV1): string {
  const { runbook, server, budget } = plan;
  const tasks = plan.steps.reduce((sum, step) => sum + step.tasks.length, 0);
  return [
    ...prose(`Plan of ${runbook.name} version ${String(runbook.version)} (${runbook.path})`),
    ...prose(
      `  database   ${server.database} as ${server.role}, PostgreSQL ${server.version}, ` +
        `pg_background ${server.pg_background.version}`,
    ),
    `  budget     ${count(budget.workers, 'worker')}, ${count(budget.keep_free, 'slot')} kept free ` +
      `of ${String(server.max_worker_processes)}`,
    ...prose(`  capacity   ${describeCapacity(plan.capacity)}`),
    ...parameterLine(plan),
    `  digest     ${plan.digest}`,
    ...plan.steps.flatMap((step, index) => ['', ...renderStep(step, index)]),
    '',
    ...renderFindings(plan.findings),
    `${count(plan.steps.length, 'step')}, ${count(tasks, 'task')}. Nothing was changed.`,
    '',
  ].join('\n');
}

function describeCapacity({ slots, used, peak, timeline }: Capacity): string {
  const taken = used.map(({ by, slots: n }) => `${String(n)} by ${by}`);
  const steps = timeline.map((level) =>
    level.map(({ step, slots: n }) => `${step} ${String(n)}`).join(' + '),
  );
  return (
    `${String(peak)} of ${String(slots)} slots at most (${steps.join(', then ')}); in use now: ` +
    (taken.length === 0 ? 'none' : taken.join(', '))
  );
}

function parameterLine(plan: PlanV1): string[] {
  const pairs = Object.entries(plan.runbook.parameters);
  if (pairs.length === 0) return [];
  return prose(
    `  parameters ${pairs.map(([name, value]) => `${name}=${String(value)}`).join(' ')}`,
  );
}

/** Everything but SQL: made harmless for a terminal, and broken to its width. */
function prose(line: string): string[] {
  return wrapLine(oneLine(line));
}

function renderStep(step: Step, index: number): string[] {
  const began = step.after === 'started' ? ' (once detached ones of them began)' : '';
  const needs = step.needs.length === 0 ? '' : `, after ${step.needs.join(', ')}${began}`;
  const supervisor = step.policy === 'detach' ? ' and a supervisor' : '';
  const lockTimeout =
    step.lock_timeout_ms === null ? '' : `, lock timeout ${formatDuration(step.lock_timeout_ms)}`;
  const settings = Object.entries(step.settings).map(([name, value]) => `${name}=${value}`);
  const head = [
    `${String(index + 1)}. ${step.id}: ${step.kind}, ${step.policy}, ` +
      `${count(step.concurrency, 'worker')} at once${supervisor}${needs}`,
    `   timeout ${formatDuration(step.timeout_ms)}${lockTimeout}${retryText(step)}, ` +
      `on failure ${step.on_failure}`,
    `   locks ${step.lock.mode}: blocks ${step.lock.blocks}`,
    `   settings ${settings.join(' ')}`,
  ];
  return [
    ...head.flatMap(prose),
    ...(step.batches === null ? [] : renderBatches(step.batches, step.tasks.length)),
    ...step.estimates.map(renderEstimate).flatMap(prose),
    ...(step.tasks.length === 0 ? ['   nothing to do'] : step.tasks.flatMap(renderTask)),
    ...step.left_out.flatMap((out) => prose(`   left out: ${out.name}: ${out.reason}`)),
  ];
}

function renderEstimate({ command, table, rows, why_not: whyNot }: Estimate): string {
  return whyNot === null
    ? `   ${command} of about ${String(rows)} rows of ${table ?? 'what it names'} (planner's estimate)`
    : `   ${command}: the planner cannot estimate it now: ${whyNot}`;
}

function retryText(step: Step): string {
  return step.retry === null
    ? ''
    : `, up to ${String(step.retry.attempts)} tries on ${step.retry.on.join(' ')}`;
}

/** Lines of SQL that the task before has too are not worth reading twice. */
function renderTask(task: Task, index: number, tasks: readonly Task[]): string[] {
  const before = tasks[index - 1]?.sql.split('\n').slice(1).join('\n') ?? '';
  const [first, ...others] = task.sql.split('\n').map(oneLine);
  const same = others.length > 1 && before === task.sql.split('\n').slice(1).join('\n');
  const rest = same ? [`… as in task ${String(index)}`] : others;
  const sizes = task.targets.reduce((sum, target) => sum + target.size_bytes, 0);
  const about =
    task.targets.length > 1
      ? [`        ${count(task.targets.length, 'relation')}, ${formatSize(sizes)}:`]
      : [];
  return [
    `   ${`${String(task.number)}.`.padStart(4)} ${first ?? ''}`,
    ...rest.map((line) => `        ${line}`),
    ...(task.after.length === 0 ? [] : prose(`        after task ${task.after.join(', ')}`)),
    ...about,
    ...task.targets.flatMap(renderTarget),
  ];
}

/** Facts that explain a selection to a reader; the others are in the JSON. */
const SHOWN_FACTS: readonly (readonly [string, (value: number) => string])[] = [
  ['dead_rows', (value) => `${String(value)} dead rows`],
  ['modified_rows', (value) => `${String(value)} modified rows`],
  ['xid_age', (value) => `xid age ${String(value)}`],
  ['bloat', (value) => `about ${String(Math.round(value * 100))} % bloat`],
];

function renderTarget(target: Target): string[] {
  const facts = SHOWN_FACTS.flatMap(([name, show]) => {
    const value = target.facts[name];
    return typeof value === 'number' && value > 0 ? [show(value)] : [];
  });
  return prose(`        - ${[target.name, formatSize(target.size_bytes), ...facts].join(', ')}`);
}

/** Errors first; what is waived comes last, with its reason. */
function renderFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const weight = ({ severity, waived }: Finding): number =>
    waived === null ? ['error', 'warning', 'info'].indexOf(severity) : 3;
  const sorted = findings.toSorted((a, b) => weight(a) - weight(b));
  return ['Findings', ...sorted.flatMap(renderFinding), ''];
}

function renderFinding(finding: Finding): string[] {
  const { severity, code, step, line, message, hint, waived } = finding;
  const place = [
    ...(step === null ? [] : [`step ${step}`]),
    ...(line === null ? [] : [`line ${String(line)}`]),
  ];
  const where = place.length === 0 ? '' : `${place.join(', ')}: `;
  return waived === null
    ? [...prose(`  ${severity}: ${where}${message} [${code}]`), ...prose(`    ${hint}`)]
    : prose(`  allowed: ${where}${code}: ${waived}`);
}

function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

import type { Batches, Finding, Forecast, PlanV1, Step, Task } from '../generated/plan.v1.js';
import { describeDuration, formatDuration } from '../model/duration.js';
import { isLive, type LivePlan } from '../model/live-plan.js';
import { escapeMarkdown as text, fenceSql, inlineCode as code } from '../model/markdown.js';
import { count, listSome } from '../model/phrases.js';
import { formatSize } from '../model/size.js';
import { placeOf, worstFirst } from './text/finding.js';
import { describeForecast, describeWindow } from './text/time.js';
import { summarizeLocks } from './text/locks.js';

/** A comment of a pull request holds some 65,000 characters. */
const MOST_TASKS = 20;
const MOST_TARGETS = 10;

/**
 * The plan for a comment on a pull request: findings first, then a line for each step, and the SQL
 * folded away. Names from the database cannot break out of it. Pure.
 */
export function renderPlanMarkdown(plan: PlanV1): string {
  const { runbook, steps } = plan;
  const name = `${text(runbook.name)} version ${String(runbook.version)}`;
  return [
    `## ${isLive(plan) ? 'Plan' : 'Outline'} of ${name}`,
    '',
    ...(isLive(plan) ? renderServer(plan) : ['No server was asked: SQL templates only.', '']),
    ...renderFindings(plan.findings),
    '| step | kind | policy | tasks | size | takes | timeout | blocks |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...steps.map((step) => renderRow(step, plan.forecast)),
    '',
    ...steps.flatMap(renderStep),
    `Digest \`${plan.digest}\``,
    '',
  ].join('\n');
}

function renderServer({ server, capacity, forecast, steps }: LivePlan): string[] {
  const tasks = steps.reduce((sum, step) => sum + step.tasks.length, 0);
  const { window } = forecast;
  return [
    `Database ${code(server.database)} as ${code(server.role)}, PostgreSQL ${text(server.version)}; ` +
      `at most ${String(capacity.peak)} of ${String(capacity.slots)} worker slots; ` +
      `${count(steps.length, 'step')}, ${count(tasks, 'task')}. Nothing was changed.`,
    '',
    ...(tasks === 0 ? [] : [`Time: ${text(describeForecast(forecast))}.`, '']),
    ...(window === null ? [] : [`Window: ${text(describeWindow(window))}.`, '']),
  ];
}

function renderFindings(findings: readonly Finding[]): string[] {
  const open = findings.some(({ waived }) => waived === null);
  return [...(open ? [] : ['No findings.']), ...worstFirst(findings).map(renderFinding), ''];
}

function renderFinding(finding: Finding): string {
  const { severity, code: rule, message, hint, waived } = finding;
  const where = text(placeOf(finding));
  return waived === null
    ? `- **${severity}**: ${where}${text(message)} (\`${rule}\`). ${text(hint)}`
    : `- allowed: ${where}\`${rule}\`: ${text(waived)}`;
}

function sizeOf(tasks: readonly Task[]): number {
  const sizes = new Map(
    tasks.flatMap((task) => task.targets.map((target) => [target.oid, target.size_bytes])),
  );
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function renderRow(step: Step, forecast: Forecast | null): string {
  const time = forecast?.steps.find(({ step: id }) => id === step.id);
  const cells = [
    step.id,
    step.kind,
    [step.policy, ...budgetsOf(step)].join(', '),
    step.template === null ? String(step.tasks.length) : '?',
    step.template === null ? formatSize(sizeOf(step.tasks)) : '?',
    time === undefined || time.basis === 'none' ? '?' : describeDuration(time.p50_ms),
    formatDuration(step.timeout_ms),
    summarizeLocks(step.locks),
  ];
  return `| ${cells.map(text).join(' | ')} |`;
}

function budgetsOf({ budgets }: Step): string[] {
  return Object.entries(budgets).map(([name, limit]) => `${name} ≤ ${String(limit)}`);
}

function renderStep(step: Step): string[] {
  if (step.template !== null)
    return fold(`${step.id}: the SQL, as far as it is known`, fenceSql(step.template));
  if (step.tasks.length === 0) return [];
  const shown = step.tasks.slice(0, MOST_TASKS);
  const more = step.tasks.length - shown.length;
  return fold(`${step.id}: the SQL of ${count(step.tasks.length, 'task')}`, [
    ...(step.batches === null ? [] : renderBatches(step.batches)),
    ...step.expects.map((one) => `Rolled back unless ${text(one)}.\n`),
    ...shown.flatMap((task) => [...renderTargets(task), ...fenceSql(task.sql), '']),
    ...(more > 0 ? [`and ${String(more)} more: \`pg-runbook plan --format text\``] : []),
  ]);
}

/** What opens at a click. The summary is HTML, and a step's id needs no quoting in it. */
function fold(summary: string, lines: readonly string[]): string[] {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>', ''];
}

function renderBatches({
  key,
  index,
  rows_estimated: rows,
  limits,
  fires,
  first,
}: Batches): string[] {
  return [
    `Walks ${code(key.join(', '))} by ${code(index)}, about ${String(rows)} rows by the planner's estimate.`,
    '',
    ...[...limits, ...fires.map((what) => `fires ${what}`)].map((line) => `- ${text(line)}`),
    '',
    ...(first === null ? [] : ['The first batch:', '', ...fenceSql(first.sql), '']),
  ];
}

function renderTargets({ targets }: Task): string[] {
  if (targets.length === 0) return [];
  const names = targets.map((target) => `${code(target.name)} (${formatSize(target.size_bytes)})`);
  return [listSome(names, MOST_TARGETS), ''];
}

import type { Batches, Finding, PlanV1, Step, Task } from '../generated/plan.v1.js';
import { formatDuration } from '../model/duration.js';
import { oneLine } from '../model/printable.js';
import { formatSize } from '../model/size.js';

/** A comment of a pull request holds some 65,000 characters. */
const MOST_TASKS = 20;
const MOST_TARGETS = 10;

/**
 * The plan for a comment on a pull request: findings first, then a line for each step, and the SQL
 * folded away. Names from the database cannot break out of it. Pure.
 */
export function renderPlanMarkdown(plan: PlanV1): string {
  const { runbook, server, capacity, steps } = plan;
  const tasks = steps.reduce((sum, step) => sum + step.tasks.length, 0);
  return [
    `## Plan of ${text(runbook.name)} version ${String(runbook.version)}`,
    '',
    `Database ${text(server.database)} as ${text(server.role)}, PostgreSQL ${text(server.version)}; ` +
      `at most ${String(capacity.peak)} of ${String(capacity.slots)} worker slots; ` +
      `${count(steps.length, 'step')}, ${count(tasks, 'task')}. Nothing was changed.`,
    '',
    ...renderFindings(plan.findings),
    '| step | kind | policy | tasks | size | timeout | blocks |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...steps.map(renderRow),
    '',
    ...steps.flatMap(renderStep),
    `Digest \`${plan.digest}\``,
    '',
  ].join('\n');
}

/** Text in which Markdown and HTML mean nothing. */
function text(value: string): string {
  return oneLine(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~>-]/g, (char) => `\\${char}`);
}

/** A fence longer than any in the code. */
function code(sql: string): string[] {
  const longest = Math.max(2, ...[...sql.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sql`, ...sql.split('\n').map(oneLine), fence];
}

function renderFindings(findings: readonly Finding[]): string[] {
  const open = findings.filter(({ waived }) => waived === null);
  const waived = findings.filter((finding) => finding.waived !== null);
  const order = ['error', 'warning', 'info'];
  const sorted = open.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return [
    ...(sorted.length === 0 ? ['No findings.'] : sorted.map(renderFinding)),
    ...waived.map(
      (finding) => `- allowed: ${where(finding)}\`${finding.code}\`: ${text(finding.waived ?? '')}`,
    ),
    '',
  ];
}

function renderFinding(finding: Finding): string {
  const { severity, code: rule, message, hint } = finding;
  return `- **${severity}**: ${where(finding)}${text(message)} (\`${rule}\`). ${text(hint)}`;
}

function where({ step, line }: Finding): string {
  const parts = [
    ...(step === null ? [] : [`step ${text(step)}`]),
    ...(line === null ? [] : [`line ${String(line)}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

function sizeOf(tasks: readonly Task[]): number {
  const sizes = new Map(
    tasks.flatMap((task) => task.targets.map((target) => [target.oid, target.size_bytes])),
  );
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function renderRow(step: Step): string {
  const cells = [
    step.id,
    step.kind,
    step.policy,
    String(step.tasks.length),
    formatSize(sizeOf(step.tasks)),
    formatDuration(step.timeout_ms),
    step.lock.blocks,
  ];
  return `| ${cells.map(text).join(' | ')} |`;
}

function renderStep(step: Step): string[] {
  if (step.tasks.length === 0) return [];
  const shown = step.tasks.slice(0, MOST_TASKS);
  const more = step.tasks.length - shown.length;
  return [
    '<details>',
    `<summary>${step.id}: the SQL of ${count(step.tasks.length, 'task')}</summary>`,
    '',
    ...(step.batches === null ? [] : renderBatches(step.batches)),
    ...shown.flatMap((task) => [...renderTargets(task), ...code(task.sql), '']),
    ...(more > 0 ? [`and ${String(more)} more: \`pg-runbook plan --format text\``, ''] : []),
    '</details>',
    '',
  ];
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
    `Walks ${text(key.join(', '))} by ${text(index)}, about ${String(rows)} rows by the planner's estimate.`,
    '',
    ...[...limits, ...fires.map((what) => `fires ${what}`)].map((line) => `- ${text(line)}`),
    '',
    'The first batch:',
    '',
    ...code(first.sql),
    '',
  ];
}

function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function renderTargets({ targets }: Task): string[] {
  if (targets.length === 0) return [];
  const names = targets
    .slice(0, MOST_TARGETS)
    .map((target) => `${text(target.name)} (${formatSize(target.size_bytes)})`);
  const more = targets.length - names.length;
  return [`${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`, ''];
}

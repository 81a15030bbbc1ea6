import type { Capacity, Finding, PlanV1 } from '../../generated/plan.v1.js';
import { isLive, type LivePlan } from '../../model/live-plan.js';
import { count } from '../../model/phrases.js';
import { layOut, line, PLAIN, whole, type Layout, type Line } from './line.js';
import { placeOf, worstFirst } from './finding.js';
import { stepLines } from './step.js';
import { describeForecast, describeWindow } from './time.js';

/**
 * The plan for people: the exact SQL and settings of each task, and its targets with their sizes. SQL
 * is never broken: it is what will be sent. Pure.
 */
export function renderPlanText(plan: PlanV1, layout: Layout = PLAIN): string {
  const tasks = plan.steps.reduce((sum, step) => sum + step.tasks.length, 0);
  const end = isLive(plan)
    ? `${count(plan.steps.length, 'step')}, ${count(tasks, 'task')}. Nothing was changed.`
    : `${count(plan.steps.length, 'step')}. No server was asked.`;
  const lines = [
    ...headLines(plan),
    ...plan.steps.flatMap((step, index) => [
      line(''),
      ...stepLines(step, index, {
        forecast: plan.forecast?.steps.find((forecast) => forecast.step === step.id),
        explainSelection: layout.explainSelection,
      }),
    ]),
    line(''),
    ...findingLines(plan.findings),
    line(end),
    line(''),
  ];
  return layOut(lines, layout);
}

function headLines(plan: PlanV1): Line[] {
  const { runbook, budget } = plan;
  const title = `${runbook.name} version ${String(runbook.version)} (${runbook.path})`;
  const parameters = Object.entries(runbook.parameters);
  const workers = `${count(budget.workers, 'worker')}, ${count(budget.keep_free, 'slot')} kept free`;
  return [
    { text: `${isLive(plan) ? 'Plan' : 'Outline'} of ${title}`, emphasis: 'heading' },
    ...(isLive(plan) ? serverLines(plan, workers) : [line(`  budget     ${workers}`)]),
    ...(plan.guards.length === 0
      ? []
      : [
          line(
            `  guards     ${plan.guards.map((guard) => `${guard.name} (${guard.on_breach})`).join(', ')}`,
          ),
        ]),
    ...(parameters.length === 0
      ? []
      : [
          line(
            `  parameters ${parameters.map(([name, value]) => `${name}=${String(value)}`).join(' ')}`,
          ),
        ]),
    whole(`  digest     ${plan.digest}`),
  ];
}

function serverLines({ server, capacity, forecast }: LivePlan, workers: string): Line[] {
  return [
    line(
      `  database   ${server.database} as ${server.role}, PostgreSQL ${server.version}, ` +
        `pg_background ${server.pg_background.version}`,
    ),
    line(`  budget     ${workers} of ${String(server.max_worker_processes)}`),
    line(`  capacity   ${describeCapacity(capacity)}`),
    ...(forecast.steps.length === 0 ? [] : [line(`  time       ${describeForecast(forecast)}`)]),
    ...(forecast.window === null ? [] : [line(`  window     ${describeWindow(forecast.window)}`)]),
  ];
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

function findingLines(findings: readonly Finding[]): Line[] {
  if (findings.length === 0) return [];
  const lines = worstFirst(findings).flatMap(oneFinding);
  return [{ text: 'Findings', emphasis: 'heading' }, ...lines, line('')];
}

function oneFinding(finding: Finding): Line[] {
  const { severity, code, message, hint, waived } = finding;
  const where = placeOf(finding);
  return waived === null
    ? [
        { text: `  ${severity}: ${where}${message} [${code}]`, emphasis: severity },
        line(`    ${hint}`),
      ]
    : [line(`  allowed: ${where}${code}: ${waived}`)];
}

import type { Capacity, PlanV1 } from '../../generated/plan.v1.js';
import { isLive, type LivePlan } from '../../model/live-plan.js';
import { count } from '../../model/phrases.js';
import { findingParts } from './finding.js';
import type { Fact, PlanDocument } from './model.js';
import { stepSection } from './step.js';
import { describeForecast, describeWindow } from './time.js';

/**
 * What a plan says to people. Pure.
 * @param explainSelection true: name every relation that a filter keeps out.
 */
export function planDocument(plan: PlanV1, explainSelection: boolean): PlanDocument {
  const { runbook, steps, forecast } = plan;
  const tasks = steps.reduce((sum, step) => sum + step.tasks.length, 0);
  const what = isLive(plan) ? 'Plan' : 'Outline';
  return {
    title: `${what} of ${runbook.name} version ${String(runbook.version)} (${runbook.path})`,
    refusals: plan.refused_now.map(({ code, message, hint }) => ({
      code,
      message: `run would be refused now: ${message}`,
      hint: hint ?? '',
    })),
    facts: factsOf(plan),
    steps: steps.map((step) =>
      stepSection(step, {
        forecast: forecast?.steps.find(({ step: id }) => id === step.id),
        explainSelection,
      }),
    ),
    findings: findingParts(plan.findings),
    end: isLive(plan)
      ? `${count(steps.length, 'step')}, ${count(tasks, 'task')}. Nothing was changed.`
      : `${count(steps.length, 'step')}. No server was asked.`,
  };
}

function factsOf(plan: PlanV1): Fact[] {
  const { runbook, budget, guards } = plan;
  const parameters = Object.entries(runbook.parameters);
  const workers = `${count(budget.workers, 'worker')}, ${count(budget.keep_free, 'slot')} kept free`;
  return [
    ...(isLive(plan) ? serverFacts(plan, workers) : [{ name: 'budget', text: workers }]),
    ...(guards.length === 0
      ? []
      : [
          {
            name: 'guards',
            text: guards.map((guard) => `${guard.name} (${guard.on_breach})`).join(', '),
          },
        ]),
    ...(parameters.length === 0
      ? []
      : [
          {
            name: 'parameters',
            text: parameters.map(([name, value]) => `${name}=${String(value)}`).join(' '),
          },
        ]),
    { name: 'digest', text: plan.digest, whole: true },
  ];
}

function serverFacts({ server, capacity, forecast }: LivePlan, workers: string): Fact[] {
  const { window } = forecast;
  return [
    {
      name: 'database',
      text:
        `${server.database} as ${server.role}, PostgreSQL ${server.version}, ` +
        (server.pg_background === null
          ? 'without pg_background'
          : `pg_background ${server.pg_background.version}`),
    },
    { name: 'budget', text: `${workers} of ${String(server.max_worker_processes)}` },
    { name: 'capacity', text: describeCapacity(capacity) },
    ...(forecast.steps.length === 0 ? [] : [{ name: 'time', text: describeForecast(forecast) }]),
    ...(window === null ? [] : [{ name: 'window', text: describeWindow(window) }]),
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

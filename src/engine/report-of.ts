import type { Step as PlannedStep } from '../generated/plan.v1.js';
import type { ReportV1, Step } from '../generated/report.v1.js';
import type { StoredRun } from '../ledger/read.js';
import { nextCommands, type StepEnd } from '../model/next-commands.js';
import { summarize } from './summary.js';
import { mayRepeat } from './repeatable.js';

/** The report of a run as the ledger has it. */
export function toReport({ plan, report }: StoredRun): ReportV1 {
  const { run, residue, steps } = report;
  requireTargets(steps);
  return {
    report_version: 1,
    run: {
      ...run,
      next_commands: nextCommands(run.id, run.status, stepEnds(steps, plan.steps)),
    },
    steps,
    runbook: plan.runbook,
    server: plan.server,
    budget: plan.budget,
    residue,
    summary: summarize(report),
  };
}

/** Steps as far as they decide what may be done next. */
export function stepEnds(steps: readonly Step[], planned: readonly PlannedStep[]): StepEnd[] {
  const repeatable = new Set(planned.filter(mayRepeat).map(({ id }) => id));
  return steps.map(({ id, status, progress, tasks }) => ({
    ...{ status, progress, tasks },
    repeatable: repeatable.has(id),
  }));
}

/** The one part of a report that is stored as JSON and that everybody counts on. */
function requireTargets(steps: readonly Step[]): void {
  for (const { id, targets } of steps.flatMap((step) => step.tasks)) {
    const list: unknown = targets;
    if (!Array.isArray(list) || !list.every(isTarget)) throw new TypeError(`the targets of ${id}`);
  }
}

function isTarget(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, status } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof status === 'string';
}

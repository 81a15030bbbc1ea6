import type { Capacity, PlanV1, Step } from '../generated/plan.v1.js';
import type { SlotUse } from '../postgres/capacity.js';

/** What PostgreSQL gives a command that may use parallel workers, unless the step says otherwise. */
const DEFAULT_PARALLEL_MAINTENANCE = 2;

/**
 * Parallel workers that each task's command may launch: VACUUM one for each index beyond the first at
 * most, a btree build as many as the setting allows. They draw on the same slots.
 * @see https://www.postgresql.org/docs/current/runtime-config-resource.html (max_parallel_maintenance_workers)
 */
function parallelWorkers({ kind, spec, settings }: Step): number {
  const allowed = Number(
    settings['max_parallel_maintenance_workers'] ?? DEFAULT_PARALLEL_MAINTENANCE,
  );
  if (kind === 'reindex') return allowed;
  if (kind !== 'vacuum') return 0;
  const options = spec['options'] as { parallel?: number; full?: boolean } | undefined;
  return options?.full === true ? allowed : Math.min(options?.parallel ?? allowed, allowed);
}

/** The slots that a step may take at once. Pure. */
function slotsOf(step: Step, budget: PlanV1['budget']): number {
  const supervisor = step.policy === 'detach' ? 1 : 0;
  const workers = Math.min(step.concurrency, step.tasks.length, budget.workers - supervisor);
  return workers <= 0 ? 0 : supervisor + workers * (1 + parallelWorkers(step));
}

/** Steps by how many others they come after: those of one level may run side by side. */
function levels(steps: readonly Step[]): Step[][] {
  const depth = new Map<string, number>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const depthOf = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    const needs = byId.get(id)?.needs ?? [];
    const found = needs.length === 0 ? 0 : 1 + Math.max(...needs.map(depthOf));
    depth.set(id, found);
    return found;
  };
  const all: Step[][] = [];
  for (const step of steps) (all[depthOf(step.id)] ??= []).push(step);
  return all;
}

/**
 * Slots in use, and those that the plan may need. Steps of a level share the run's budget; a detached
 * step may go on beside everything that comes after it. Pure.
 */
export function planCapacity(
  steps: readonly Step[],
  budget: PlanV1['budget'],
  slots: number,
  used: readonly SlotUse[],
): Capacity {
  const timeline = levels(steps).map((level) =>
    level.map((step) => ({ step: step.id, slots: slotsOf(step, budget) })),
  );
  const byId = new Map(steps.map((step) => [step.id, step]));
  let detached = 0;
  let peak = 0;
  for (const level of timeline) {
    const wanted = level.reduce((sum, one) => sum + one.slots, detached);
    peak = Math.max(
      peak,
      Math.min(
        wanted,
        mostOf(
          level.map(({ step }) => byId.get(step)),
          budget,
          detached,
        ),
      ),
    );
    detached += level
      .filter(({ step }) => byId.get(step)?.policy === 'detach')
      .reduce((sum, one) => sum + one.slots, 0);
  }
  return { slots, used: used.map(({ by, slots: n }) => ({ by, slots: n })), peak, timeline };
}

/** The budget bounds workers; the parallel workers of each come on top. */
function mostOf(
  level: readonly (Step | undefined)[],
  budget: PlanV1['budget'],
  detached: number,
): number {
  const parallel = Math.max(
    0,
    ...level.map((step) => (step === undefined ? 0 : parallelWorkers(step))),
  );
  return Math.max(budget.workers * (1 + parallel), detached);
}

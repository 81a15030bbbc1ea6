import type { Capacity, PlanV1, Step } from '../generated/plan.v1.js';
import type { SlotUse } from '../postgres/capacity.js';
import type { ServerInfo } from '../postgres/server.js';

/**
 * Parallel workers that each task's command may launch: VACUUM one for each index beyond the first at
 * most, a btree build as many as the setting allows. They draw on the same slots.
 * @see https://www.postgresql.org/docs/current/runtime-config-resource.html (max_parallel_maintenance_workers)
 */
function parallelWorkers({ kind, spec, settings }: Step, byDefault: number): number {
  const allowed = Number(settings['max_parallel_maintenance_workers'] ?? byDefault);
  if (kind === 'reindex') return allowed;
  if (kind !== 'vacuum') return 0;
  const options = spec['options'] as { parallel?: number; full?: boolean } | undefined;
  return options?.full === true ? allowed : Math.min(options?.parallel ?? allowed, allowed);
}

/** The slots that a step may take at once. Pure. */
function slotsOf(step: Step, budget: PlanV1['budget'], parallel: number): number {
  const supervisor = step.policy === 'detach' ? 1 : 0;
  const workers = Math.min(step.concurrency, step.tasks.length, budget.workers - supervisor);
  return workers <= 0 ? 0 : supervisor + workers * (1 + parallelWorkers(step, parallel));
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

/** Of the server: all its slots, and max_parallel_maintenance_workers. */
type Slots = Pick<ServerInfo, 'maxWorkerProcesses' | 'parallelMaintenance'>;

/**
 * Slots in use, and those that the plan may need. Steps of a level share the run's budget; a detached
 * step may go on beside everything that comes after it. Pure.
 */
export function planCapacity(
  steps: readonly Step[],
  budget: PlanV1['budget'],
  { maxWorkerProcesses: slots, parallelMaintenance: parallel }: Slots,
  used: readonly SlotUse[],
): Capacity {
  const timeline = levels(steps).map((level) =>
    level.map((step) => ({ step: step.id, slots: slotsOf(step, budget, parallel) })),
  );
  const byId = new Map(steps.map((step) => [step.id, step]));
  let detached = 0;
  let peak = 0;
  for (const level of timeline) {
    const wanted = level.reduce((sum, one) => sum + one.slots, detached);
    const widest = Math.max(
      0,
      ...level.flatMap(({ step }) => byId.get(step) ?? []).map((s) => parallelWorkers(s, parallel)),
    );
    // The budget bounds workers; the parallel workers of each come on top.
    peak = Math.max(peak, Math.min(wanted, Math.max(budget.workers * (1 + widest), detached)));
    detached += level
      .filter(({ step }) => byId.get(step)?.policy === 'detach')
      .reduce((sum, one) => sum + one.slots, 0);
  }
  return { slots, used: used.map(({ by, slots: n }) => ({ by, slots: n })), peak, timeline };
}

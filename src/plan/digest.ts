import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { PlanV1 } from '../generated/plan.v1.js';

type Momentary = 'digest' | 'capacity' | 'forecast' | 'refused_now';

/**
 * The plan's name: sha256 over lines. The first is RFC 8785 text of the plan without the digest itself,
 * what is of the moment, and its tasks; then each task follows as JSON, its fields in the order in which
 * they were written: sorting those of 100,000 tasks takes longer than all the rest.
 */
export function planDigest(plan: Omit<PlanV1, Momentary> & Partial<PlanV1>): string {
  const ofTheMoment: Record<Momentary, undefined> = {
    digest: undefined,
    capacity: undefined,
    forecast: undefined,
    refused_now: undefined,
  };
  const steps = plan.steps.map((step) => ({ ...step, tasks: step.tasks.length }));
  const hash = createHash('sha256');
  hash.update(canonicalize({ ...plan, ...ofTheMoment, steps }) ?? '');
  for (const step of plan.steps) {
    for (const task of step.tasks) hash.update(`\n${JSON.stringify(task)}`);
  }
  return `sha256:${hash.digest('hex')}`;
}

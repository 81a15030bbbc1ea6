import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { PlanV1 } from '../generated/plan.v1.js';

/** The plan's name: sha256 over its RFC 8785 form, without the digest itself and what is of the moment. */
export function planDigest(plan: Omit<PlanV1, Momentary> & Partial<PlanV1>): string {
  const ofTheMoment: Record<Momentary, undefined> = {
    digest: undefined,
    created_at: undefined,
    capacity: undefined,
    forecast: undefined,
  };
  const text = canonicalize({ ...plan, ...ofTheMoment });
  if (text === undefined) throw new Error('a plan is always an object');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

type Momentary = 'digest' | 'created_at' | 'capacity' | 'forecast';

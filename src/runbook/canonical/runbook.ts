import type * as V1 from '../../generated/runbook.v1.js';
import { DAY_MS } from '../../model/duration.js';
import type { Parameters, Runbook } from '../../model/runbook.js';
import {
  DEFAULT_DRIFT_GONE,
  DEFAULT_DRIFT_GROWTH,
  DEFAULT_DRIFT_MAX_AGE_MS,
  DEFAULT_BLOCKED_FOR_MS,
  DEFAULT_KEEP_DAYS,
  DEFAULT_MAX_BLOCKED,
  DEFAULT_KEEP_FREE,
  DEFAULT_WORKERS,
} from '../defaults.js';
import { toGuard } from './guard.js';
import { toMs } from './selector.js';
import { toStep } from './step.js';
import { toWindow } from './window.js';

export interface CanonicalContext {
  readonly path: string;
  readonly digest: string;
  /** The values known; what the runbook shows. */
  readonly values: Parameters;
  /** A value for every parameter, for SQL. */
  readonly sqlValues: Parameters;
}

function toDays(age: string | undefined): number | undefined {
  const ms = toMs(age);
  return ms === undefined ? undefined : ms / DAY_MS;
}

/** Makes the canonical runbook of an authored one that has passed all checks. */
export async function toRunbook(
  authored: V1.RunbookV1,
  context: CanonicalContext,
): Promise<Runbook> {
  const defaults = authored.defaults ?? {};
  const steps = await Promise.all(
    authored.steps.map((step) => toStep(step, defaults, context.sqlValues)),
  );
  return {
    name: authored.name,
    version: authored.version,
    description: authored.description,
    path: context.path,
    digest: context.digest,
    parameters: context.values,
    budget: {
      workers: authored.budget?.workers ?? DEFAULT_WORKERS,
      serverWorkers: authored.budget?.server_workers,
      keepFree: authored.budget?.keep_free ?? DEFAULT_KEEP_FREE,
      maxWaitMs: toMs(authored.budget?.max_wait),
    },
    window: authored.window === undefined ? undefined : toWindow(authored.window),
    onOverlap: authored.on_overlap ?? 'skip',
    guards: await Promise.all(
      (authored.guards ?? []).map((guard) => toGuard(guard, context.sqlValues)),
    ),
    bystanders: {
      maxBlocked: authored.bystanders?.max_blocked ?? DEFAULT_MAX_BLOCKED,
      forMs: toMs(authored.bystanders?.for) ?? DEFAULT_BLOCKED_FOR_MS,
    },
    drift: {
      maxAgeMs: toMs(authored.drift?.max_age) ?? DEFAULT_DRIFT_MAX_AGE_MS,
      growth: authored.drift?.growth ?? DEFAULT_DRIFT_GROWTH,
      gone: authored.drift?.gone ?? DEFAULT_DRIFT_GONE,
    },
    keepDays: toDays(authored.ledger?.keep) ?? DEFAULT_KEEP_DAYS,
    expectEveryMs: toMs(authored.expect_every),
    steps,
  };
}

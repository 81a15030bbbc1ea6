import type { Target } from '../generated/plan.v1.js';
import { hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Captures } from '../steps/contract.js';
import type { RunContext } from './context.js';
import type { TaskState } from './state.js';

/** A look that met somebody's lock is taken again; DDL seldom holds one for longer. */
const LOOKS = 3;
const PAUSE_MS = 500;

/**
 * Looks at targets in the catalogs.
 * @throws the server's error when a lock was in the way each time.
 */
export async function captureTargets(
  context: RunContext,
  { step }: TaskState,
  targets: readonly Target[],
): Promise<Captures> {
  if (targets.length === 0) return new Map();
  const { version_number } = context.record.server;
  for (let look = 1; ; look += 1) {
    try {
      return await step.kind.capture(context.observer, step.plan.spec, targets, version_number);
    } catch (error) {
      const locked = hasSqlState(error, SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled);
      if (!locked || look === LOOKS) throw error;
    }
    await context.clock.sleep(PAUSE_MS);
  }
}

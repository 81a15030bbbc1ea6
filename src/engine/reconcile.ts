import { readPlannedSteps } from '../ledger/read.js';
import type { Queryable } from '../postgres/session.js';
import { stepKind } from '../steps/registry.js';
import type { Clock } from './clock.js';
import { damaged } from './damage.js';
import { looking } from './look.js';

/**
 * Settles by proof what the ledger calls running and nobody runs; workers that still run stay
 * `running`. Never left 'running' because somebody was killed.
 * @param takeOver true for the engine that has the run's lock, and looks after it from now on.
 */
export async function reconcileRun(
  db: Queryable,
  runId: string,
  clock: Clock,
  takeOver: boolean,
): Promise<void> {
  const { steps, serverVersion } = await readPlannedSteps(db, runId);
  if (steps.some((step: unknown) => !hasKind(step))) throw damaged(runId, 'a step without a kind');
  // Its text comes from this program and not from the ledger: see decision 27.
  const executions = Object.fromEntries(
    steps.map(({ id, kind, spec }) => [id, stepKind(kind).execution(spec, serverVersion)]),
  );
  await looking(clock, () =>
    db.query('SELECT runbook.reconcile($1, $2, $3)', [runId, JSON.stringify(executions), takeOver]),
  );
}

function hasKind(step: unknown): boolean {
  return (
    typeof step === 'object' && step !== null && 'kind' in step && typeof step.kind === 'string'
  );
}

import type { RunbookError } from '../errors.js';
import type { PlanV1 } from '../generated/plan.v1.js';
import { foreseeRefusals } from '../ledger/foresee.js';
import { refusals } from '../ledger/refusals.js';
import type { Runbook } from '../model/runbook.js';
import { windowAt } from '../model/window.js';
import type { Session } from '../postgres/session.js';

/**
 * Why a run that began now would be refused, in the words of that run. Nothing is written.
 * @param ofServer what keeps any run of it from this server.
 */
export async function refusedNow(
  session: Session,
  runbook: Runbook,
  ofServer: readonly RunbookError[],
  now: Date,
): Promise<PlanV1['refused_now']> {
  const state = runbook.window === undefined ? undefined : windowAt(runbook.window, now.getTime());
  const closed = state?.open === false ? [refusals.window(state.opensAt)] : [];
  const found = [...ofServer, ...closed, ...(await foreseeRefusals(session, runbook))];
  return found.map(({ code, message, hint }) => ({ code, message, hint: hint ?? null }));
}

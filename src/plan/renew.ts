import { RunbookError } from '../errors.js';
import type { LivePlan, RunnablePlan } from '../model/live-plan.js';
import type { Runbook } from '../model/runbook.js';
import type { ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import { readPresent } from '../steps/relations.js';
import { checkGuards } from './check-guards.js';
import { checkSettings } from './check-settings.js';
import { compareWithPlan } from './drift.js';
import { requireRunnable } from './require-runnable.js';
import { requirePlanOf } from './saved.js';

/**
 * Makes sure that a saved plan may still be run as it is.
 * @returns the plan, with the server as it is now, and what has changed within the runbook's limits.
 * @throws RunbookError `plan_stale` when more has changed than those allow, and what else keeps a
 *   runbook from being run.
 */
export async function renewPlan(
  session: Session,
  saved: LivePlan,
  runbook: Runbook,
  server: ServerInfo,
  now: Date,
): Promise<{ plan: RunnablePlan; notes: readonly string[] }> {
  requirePlanOf(saved, runbook);
  const described = requireRunnable(runbook, server);
  const targets = saved.steps.flatMap((step) => step.tasks.flatMap((task) => task.targets));
  const present = await readPresent(session, [...new Set(targets.map(({ oid }) => oid))]);
  const ageMs = now.getTime() - Date.parse(saved.created_at);
  const { notes, refusals } = compareWithPlan(saved, described, present, ageMs, runbook.drift);
  if (refusals.length > 0) {
    throw new RunbookError('plan_stale', `the plan is stale: ${refusals.join('; ')}`, {
      hint: 'Plan anew, and have it reviewed; the runbook says under `drift` what it tolerates.',
    });
  }
  const guards = await checkGuards(session, saved.guards, undefined, false);
  const refused = guards.find(({ code }) => code === 'sql-refused');
  if (refused !== undefined) {
    throw new RunbookError('guard_refused', refused.message, { hint: refused.hint });
  }
  for (const { id, settings } of saved.steps) {
    await checkSettings(session, id, settings, server);
  }
  return { plan: { ...saved, server: described }, notes };
}

import type { RunnablePlan } from '../model/live-plan.js';
import { planRun } from '../plan/build.js';
import { loadRunbookText } from '../runbook/load.js';
import type { Surroundings } from './scratch.js';

/** At most two workers of ours at a time, a supervisor among them. */
const HEAD = `budget: { workers: 2, keep_free: 0 }
defaults: { timeout: 10s, lock_timeout: 5s, on_failure: continue }`;

/** Plans a runbook of these steps, from its text on, just as the command line does. */
export async function planSteps(
  name: string,
  steps: string,
  { db, server }: Surroundings,
): Promise<RunnablePlan> {
  const runbook = `selftest-${name.replaceAll('_', '-')}`;
  const text = `api_version: pg-runbook/v1\nname: ${runbook}\nversion: 1\n${HEAD}\nsteps:\n${steps}`;
  const loaded = await loadRunbookText(text, `${runbook}.yaml`, { requireParameters: true });
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('; '));
  return planRun(db, loaded.runbook, server, new Date(), loaded.lint);
}

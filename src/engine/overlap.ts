import { claimOn, releaseClaim, tryClaim } from '../ledger/claims.js';
import { findLiveRuns } from '../ledger/read.js';
import { refusals } from '../ledger/refusals.js';
import type { RunnablePlan } from '../model/live-plan.js';
import type { RunContext } from './context.js';
import { reconcileRun } from './reconcile.js';

const LOOK_EVERY_MS = 500;
const DEFAULT_WAIT_MS = 3_600_000;

type Turn = Pick<RunContext, 'session' | 'clock' | 'stop' | 'window' | 'emit'>;
type Order = Pick<RunnablePlan, 'runbook' | 'on_overlap' | 'budget'>;

/**
 * Makes sure that no other run of the runbook is live on the database: its engine, or what is left of
 * it. The claim holds as long as this engine lives.
 * @param runId the run that takes its turn: what is left of that is no other.
 * @throws RunbookError `overlap` or `overlap_forbidden`, as the runbook says.
 */
export async function takeTurn(
  turn: Turn,
  runId: string,
  { runbook, on_overlap: policy, budget }: Order,
): Promise<void> {
  const { clock, stop, window } = turn;
  const until = Math.min(
    clock.now() + (budget.max_wait_ms ?? DEFAULT_WAIT_MS),
    window?.endsAt ?? Number.MAX_SAFE_INTEGER,
  );
  for (let told = false; ; told = true) {
    const other = await tryTurn(turn, runId, runbook.name);
    if (other === undefined) return;
    if (policy !== 'wait') throw refusals.overlap(runbook.name, other, policy);
    // Whoever is interrupted launches nothing, and needs no turn to say so.
    if (stop.aborted) return;
    if (clock.now() >= until) throw refusals.overlap(runbook.name, other, 'skip');
    if (!told) turn.emit({ type: 'overlap_awaited', other });
    await clock.sleep(LOOK_EVERY_MS, stop);
  }
}

/** @returns the other run that is live. */
async function tryTurn(
  { session, clock }: Turn,
  runId: string,
  name: string,
): Promise<string | undefined> {
  const others = async (): Promise<string[]> =>
    (await findLiveRuns(session, name)).filter((run) => run !== runId);
  const claimed = await tryClaim(session, claimOn.runbook(name));
  const open = await others();
  if (!claimed) return open[0] ?? 'that is about to begin';
  // What they left may long have ended, with nobody there to say so.
  for (const run of open) await reconcileRun(session, run, clock, false);
  const [live] = open.length === 0 ? [] : await others();
  if (live === undefined) return undefined;
  await releaseClaim(session, claimOn.runbook(name));
  return live;
}

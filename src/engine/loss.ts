import type { RunContext } from './context.js';
import { engineOrder } from './driver-order.js';
import { refreshStep } from './hand-over.js';
import { hear } from './hear.js';
import { takeEvents } from './take-events.js';

/** Longer than it takes to give up a worker that does not stop. */
const ENDS_WITHIN_MS = 30_000;

/**
 * Ends a run that cannot go on, since the ledger refuses to record it for one: nothing more is launched, and what runs
 * is stopped and settled by what it left.
 * @throws what stood in the way, or that it took too long; then everything that still shows as running is unknown.
 */
export async function stopAndSettle(context: RunContext, reason: string): Promise<void> {
  const { clock, core } = context;
  core.begin({ ...engineOrder(context), stop: { reason, deferred: false } });
  const until = clock.now() + ENDS_WITHIN_MS;
  let told: Awaited<ReturnType<typeof hear>> = { heard: {}, overflowed: [] };
  while (clock.now() < until) {
    const answer = await core.tick({ ...told, stopped_by: null });
    await takeEvents(context, answer.events);
    if (answer.done) {
      // What the call did that failed was not told.
      for (const { id } of context.plan.steps) await refreshStep(context, id);
      return;
    }
    told = await hear(context, answer);
    await clock.sleep(core.memory.pause_ms ?? 0);
  }
  throw new Error('its workers did not end in time');
}

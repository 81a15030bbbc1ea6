import type { PlanV1 } from '../generated/plan.v1.js';
import { refusals } from '../ledger/refusals.js';
import { windowAt, windowEnd } from '../model/window.js';

/** When the window of a run closes. */
export interface RunWindow {
  /** In ms since the epoch. */
  readonly endsAt: number;
  readonly atEnd: 'drain' | 'cancel';
}

/**
 * The window of a run that starts now; undefined when nothing ends it.
 * @throws RunbookError `window_closed`.
 */
export function openWindow(planned: PlanV1['window'], now: number): RunWindow | undefined {
  if (planned === null) return undefined;
  const window = {
    maxDurationMs: planned.max_duration_ms ?? undefined,
    notBefore: planned.not_before ?? undefined,
    finishBy: planned.finish_by ?? undefined,
    days: planned.days ?? undefined,
    timeZone: planned.time_zone,
    atEnd: planned.at_end,
    carryOver: planned.carry_over,
  };
  const state = windowAt(window, now);
  if (!state.open) throw refusals.window(state.opensAt);
  const endsAt = windowEnd(window, now);
  return endsAt === undefined ? undefined : { endsAt, atEnd: planned.at_end };
}

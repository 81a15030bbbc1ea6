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

/** The server ends a worker when whoever should cancel it is gone, so much later than the window. */
const CANCEL_MARGIN_MS = 3_000;

/** The statement_timeout of a worker: it must not outlive a window that cancels. */
export function timeoutWithin(
  window: RunWindow | undefined,
  timeoutMs: number,
  now: number,
): { readonly statement_timeout: string } | undefined {
  if (window?.atEnd !== 'cancel') return undefined;
  const left = Math.max(0, window.endsAt - now) + CANCEL_MARGIN_MS;
  return { statement_timeout: `${String(Math.ceil(Math.min(timeoutMs, left)))}ms` };
}

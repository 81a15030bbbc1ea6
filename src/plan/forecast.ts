import type { Forecast, PlanV1, Step, Task, WindowForecast } from '../generated/plan.v1.js';
import type { History } from '../ledger/history.js';
import { windowAt, windowEnd, type Window } from '../model/window.js';
import { simulate, type Timeline } from './simulate.js';

type Shape = Pick<PlanV1, 'steps' | 'budget'>;

/** From the surest to the least sure. */
const BASES = ['same', 'similar', 'guess', 'none'] as const;

/** Whether a window is long enough is asked of so many times what is no more than a guess. */
const SPREAD = 3;

function lateMs({ timeout_ms: timeout }: Step, { duration }: Task): number {
  return duration?.p95_ms ?? Math.min((duration?.p50_ms ?? 0) * SPREAD, timeout);
}

/**
 * Tells how long the plan takes, and whether its window is long enough. Pure.
 * @param now in ms since the epoch.
 */
export function makeForecast(
  plan: Shape,
  history: History,
  window: Window | undefined,
  now: number,
): Forecast {
  const likely = simulate(plan, (_step, task) => task.duration?.p50_ms ?? 0);
  const late = simulate(plan, lateMs);
  const steps = plan.steps.filter((step) => step.tasks.length > 0);
  const forecasts = steps.map((step) => forecastStep(step, likely, late));
  const unknown = forecasts.some(({ basis }) => basis === 'none');
  return {
    history: history === 'hidden' ? 'hidden' : history.length === 0 ? 'none' : 'used',
    p50_ms: likely.ends,
    p95_ms: forecasts.some(({ p95_ms: p95 }) => p95 === null) ? null : late.ends,
    steps: forecasts,
    window: window === undefined ? null : fit(steps, likely, late.ends, unknown, window, now),
  };
}

function forecastStep(step: Step, likely: Timeline, late: Timeline): Forecast['steps'][number] {
  const bases = step.tasks.map(({ duration }) => duration?.basis ?? 'none');
  const took = ({ steps }: Timeline): number => {
    const { begins = 0, ends = 0 } = steps.get(step.id) ?? {};
    return ends - begins;
  };
  return {
    step: step.id,
    basis: BASES.findLast((basis) => bases.includes(basis)) ?? 'none',
    begins_ms: likely.steps.get(step.id)?.begins ?? 0,
    p50_ms: took(likely),
    p95_ms: step.tasks.some(({ duration }) => duration?.p95_ms === null) ? null : took(late),
  };
}

function fit(
  steps: readonly Step[],
  likely: Timeline,
  lateEnds: number,
  unknown: boolean,
  window: Window,
  now: number,
): WindowForecast | null {
  const state = windowAt(window, now);
  const start = state.open ? now : state.opensAt;
  const end = windowEnd(window, start);
  if (end === undefined) return null;
  const length = end - start;
  const left = steps.flatMap(({ id }) => {
    const tasks = (likely.taskEnds.get(id) ?? []).filter((ends) => ends > length).length;
    return tasks === 0 ? [] : [{ step: id, tasks }];
  });
  return {
    starts_at: new Date(start).toISOString(),
    ends_at: new Date(end).toISOString(),
    fits: likely.ends > length ? 'no' : lateEnds > length || unknown ? 'maybe' : 'yes',
    left,
  };
}

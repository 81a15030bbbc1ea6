import type { Capacity, Forecast, PlanV1, Server } from '../generated/plan.v1.js';

/** A plan that was made against a server, and can be run; without one it is an outline. */
export type LivePlan = PlanV1 & {
  readonly server: Server;
  readonly capacity: Capacity;
  readonly forecast: Forecast;
};

export function isLive(plan: PlanV1): plan is LivePlan {
  return plan.server !== null && plan.capacity !== null && plan.forecast !== null;
}

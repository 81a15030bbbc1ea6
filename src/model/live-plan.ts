import type { Capacity, Forecast, PgBackground, PlanV1, Server } from '../generated/plan.v1.js';

/** A plan that was made against a server; without one it is an outline. */
export type LivePlan = PlanV1 & {
  readonly server: Server;
  readonly capacity: Capacity;
  readonly forecast: Forecast;
};

/** A server on which a plan can be run. */
export type RunnableServer = Server & { readonly pg_background: PgBackground };

export type RunnablePlan = LivePlan & { readonly server: RunnableServer };

export function isLive(plan: PlanV1): plan is LivePlan {
  return plan.server !== null && plan.capacity !== null && plan.forecast !== null;
}

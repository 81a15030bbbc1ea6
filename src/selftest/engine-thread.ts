/** The main module of a thread with an engine of its own, which a case kills in the midst of its work. */
import { workerData } from 'node:worker_threads';
import { runPlan, type RunOptions } from '../engine/run.js';
import { connectionTo, type Reach } from './reach.js';

/** What the thread gets, as a copy. */
export interface ThreadOrder extends Pick<RunOptions, 'plan' | 'runId' | 'origin'> {
  readonly reach: Reach;
}

const { plan, runId, origin, reach } = workerData as ThreadOrder;
await runPlan({
  plan,
  runId,
  origin,
  connection: connectionTo(reach),
  allowChanged: true,
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onReport: () => Promise.resolve(),
});

import { setTimeout as sleep } from 'node:timers/promises';

/** Time, given to the engine from outside so that pure parts stay pure. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits; an abort ends the wait early and is no error. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers are int4 milliseconds, 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    // A longer timer of Node's ends after a millisecond.
    let left = ms;
    do {
      await once(Math.min(left, LONGEST_TIMER_MS), signal);
      left -= LONGEST_TIMER_MS;
    } while (left > 0 && signal?.aborted !== true);
  },
};

async function once(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    if (signal?.aborted !== true) throw error;
  });
}

/** A moment as reports write it. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Time, given to the engine from outside so that pure parts stay pure. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits; an abort ends the wait early and is no error. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  },
};

/** A moment as reports write it. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

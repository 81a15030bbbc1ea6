import type { Retry } from '../generated/plan.v1.js';

/**
 * The delay before the next try, or undefined when there is none.
 * The delay doubles with each try up to its bound; "equal jitter" keeps half of it and draws the
 * rest, so that tasks that failed together do not meet again.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param tries tries made so far.
 * @param random from 0 up to 1.
 * @returns milliseconds.
 */
export function retryDelay(
  retry: Retry | null,
  tries: number,
  sqlstate: string | null,
  random: number,
): number | undefined {
  if (retry === null || sqlstate === null) return undefined;
  if (tries >= retry.attempts || !retry.on.includes(sqlstate)) return undefined;
  const full = Math.min(retry.delay_ms * 2 ** (tries - 1), retry.max_delay_ms);
  return full / 2 + (random * full) / 2;
}

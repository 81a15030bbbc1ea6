import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../../src/engine/retry.js';

const retry = { attempts: 4, delay_ms: 1_000, max_delay_ms: 3_000, on: ['55P03'] };

describe('retryDelay', () => {
  it('doubles up to its bound', () => {
    expect([1, 2, 3].map((tries) => retryDelay(retry, tries, '55P03', 1))).toEqual([
      1_000, 2_000, 3_000,
    ]);
  });

  it('is none after the last try, for another error, or without a declaration', () => {
    expect(retryDelay(retry, 4, '55P03', 0)).toBeUndefined();
    expect(retryDelay(retry, 1, '40P01', 0)).toBeUndefined();
    expect(retryDelay(retry, 1, null, 0)).toBeUndefined();
    expect(retryDelay(null, 1, '55P03', 0)).toBeUndefined();
  });
});

test.prop([fc.integer({ min: 1, max: 3 }), fc.double({ min: 0, max: 1, noNaN: true })])(
  'jitter keeps the delay between half and the whole',
  (tries, random) => {
    const full = Math.min(1_000 * 2 ** (tries - 1), 3_000);
    const delay = retryDelay(retry, tries, '55P03', random) ?? -1;
    expect(delay).toBeGreaterThanOrEqual(full / 2);
    expect(delay).toBeLessThanOrEqual(full);
  },
);

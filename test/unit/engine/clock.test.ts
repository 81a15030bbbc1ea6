import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/engine/clock.js';

describe('the clock', () => {
  it('sleeps for longer than a timer can, until it is woken', async () => {
    const wake = new AbortController();
    let woken = false;
    const sleeping = systemClock.sleep(2 ** 31, wake.signal).then(() => {
      woken = true;
    });
    await systemClock.sleep(30);
    expect(woken).toBe(false);
    wake.abort();
    await sleeping;
  });

  it('sleeps no longer than it was told to', async () => {
    const begun = Date.now();
    await systemClock.sleep(0);
    await systemClock.sleep(5);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});

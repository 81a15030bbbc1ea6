import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { etaOf, rateOf, track, type Track } from '../../../../src/cli/live/track.js';

/** Looks a second apart. */
function follow(done: readonly number[], total = 1_000, key = 'a'): Track {
  const last = done.reduce<Track | undefined>(
    (before, value, i) => track(before, { key, at: i * 1_000, done: value, total }),
    undefined,
  );
  if (last === undefined) throw new Error('nothing to follow');
  return last;
}

describe('a track', () => {
  it('of steady work tells its rate and when it ends', () => {
    const steady = follow([0, 10, 20, 30, 40, 50]);
    expect(rateOf(steady)).toBeCloseTo(10);
    expect(etaOf(steady)).toBeCloseTo(95_000);
  });

  it('tells no end after two looks, of work that stands still, or that is done', () => {
    expect(etaOf(follow([0, 500]))).toBeUndefined();
    expect(etaOf(follow([0, 10, 20]))).toBeUndefined();
    expect(etaOf(follow([0, 10, 20, 30, ...Array<number>(25).fill(30)]))).toBeUndefined();
    expect(etaOf(follow([0, 300, 600, 900, 1_000]))).toBeUndefined();
    expect(etaOf(follow([0, 10, 20, 30, 40], 1e15))).toBeUndefined();
  });

  it('follows a change of pace within some seconds', () => {
    const faster = [0, 1, 2, 3, 4, 5, ...Array.from({ length: 20 }, (_, i) => 5 + (i + 1) * 20)];
    expect(rateOf(follow(faster))).toBeGreaterThan(15);
  });

  it('begins anew with another key, and not with a look that is no later', () => {
    const first = follow([0, 400, 800]);
    const next = track(first, { key: 'b', at: 3_000, done: 1, total: 10 });
    expect(next).toMatchObject({ share: 0.1, moves: 0 });
    expect(track(first, { key: 'a', at: 2_000, done: 0, total: 1_000 })).toBe(first);
  });

  const anything = fc.oneof(
    fc.double(),
    fc.integer({ min: -10, max: 1_000_000 }),
    fc.constantFrom(0, Infinity, -Infinity, Number.NaN, Number.MAX_VALUE),
  );
  const samples = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'a', 'a', 'b'),
      gap: fc.integer({ min: -50, max: 60_000 }),
      done: anything,
      total: anything,
    }),
    { maxLength: 40 },
  );

  test.prop([samples])('never goes back within a key, and tells no nonsense', (steps) => {
    let known: Track | undefined;
    let at = 1_000_000;
    for (const { key, gap, done, total } of steps) {
      at += gap;
      const next = track(known, { key, at, done, total });
      if (known?.key === key) expect(next.share).toBeGreaterThanOrEqual(known.share);
      expect(next.share).toBeGreaterThanOrEqual(0);
      expect(next.share).toBeLessThanOrEqual(1);
      const [rate, eta] = [rateOf(next), etaOf(next)];
      if (rate !== undefined) expect(rate > 0 && Number.isFinite(rate)).toBe(true);
      if (eta !== undefined) expect(eta > 0 && Number.isFinite(eta)).toBe(true);
      known = next;
    }
  });
});

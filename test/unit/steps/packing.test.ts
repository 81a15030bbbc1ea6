import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { pack } from '../../../src/steps/packing.js';
import { target } from '../support.js';

const MB = 1024 * 1024;
const many = (count: number, size_bytes = 8_192): ReturnType<typeof target>[] =>
  Array.from({ length: count }, (_, i) => target(`s.t${String(i)}`, { size_bytes }));

describe('pack', () => {
  it('gives 1,000 small relations to a few workers', () => {
    expect(pack(many(1_000), 4)).toHaveLength(8);
  });

  it('gives a large relation a worker of its own', () => {
    const packs = pack([target('s.big', { size_bytes: 9 * MB }), ...many(3)], 1);
    expect(packs[0]?.map((t) => t.name)).toEqual(['s.big']);
  });

  it('never puts more than 250 relations into one statement', () => {
    expect(pack(many(1_000), 1).map((members) => members.length)).toEqual([250, 250, 250, 250]);
  });

  it('spreads a few relations over the workers there are', () => {
    expect(pack(many(4), 2)).toHaveLength(4);
    expect(pack(many(4), 1)).toHaveLength(2);
  });

  it('has nothing to pack of nothing', () => {
    expect(pack([], 4)).toEqual([]);
  });
});

test.prop([fc.array(fc.nat(20 * MB), { maxLength: 60 }), fc.integer({ min: 1, max: 8 })])(
  'every relation is in exactly one task, and the order within tasks is kept',
  (sizes, concurrency) => {
    const targets = sizes.map((size_bytes, i) => target(`s.t${String(i)}`, { size_bytes }));
    const packs = pack(targets, concurrency);
    const flat = packs.flat();
    expect(new Set(flat)).toEqual(new Set(targets));
    expect(flat).toHaveLength(targets.length);
    for (const members of packs) {
      expect(members).not.toHaveLength(0);
      const order = members.map((member) => targets.indexOf(member));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  },
);

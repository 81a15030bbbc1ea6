import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { MOST_SHARDS, parseShard, takeShard } from '../../../src/model/inventory.js';

const names = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 60 })
  .map((all) => all.map((name) => ({ name })));
const shards = fc.integer({ min: 1, max: 12 });

describe('takeShard', () => {
  test.prop([names, shards])('puts every database into just one shard', (databases, of) => {
    const parts = Array.from({ length: of }, (_, i) => takeShard(databases, { index: i + 1, of }));
    const all = parts.flat().map(({ name }) => name);
    expect(all.sort()).toEqual(databases.map(({ name }) => name).sort());
  });

  test.prop([names, shards])('makes no shard two larger than another', (databases, of) => {
    const sizes = Array.from(
      { length: of },
      (_, i) => takeShard(databases, { index: i + 1, of }).length,
    );
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  test.prop([names, shards, fc.infiniteStream(fc.nat())])(
    'comes to the same parts in whatever order they stand',
    (databases, of, keys) => {
      const shuffled = databases
        .map((database) => [keys.next().value ?? 0, database] as const)
        .sort(([a], [b]) => a - b)
        .map(([, database]) => database);
      for (let index = 1; index <= of; index += 1) {
        expect(takeShard(shuffled, { index, of })).toEqual(takeShard(databases, { index, of }));
      }
    },
  );

  it('goes by code points, whatever the locale of the host', () => {
    const databases = ['b', 'a-', 'a.b', 'B', 'a'].map((name) => ({ name }));
    const all = takeShard(databases, { index: 1, of: 1 }).map(({ name }) => name);
    expect(all).toEqual(['B', 'a', 'a-', 'a.b', 'b']);
  });
});

describe('parseShard', () => {
  it.each([
    ['1/1', { index: 1, of: 1 }],
    ['2/4', { index: 2, of: 4 }],
    [`${String(MOST_SHARDS)}/${String(MOST_SHARDS)}`, { index: MOST_SHARDS, of: MOST_SHARDS }],
  ])('reads %s', (text, shard) => {
    expect(parseShard(text)).toEqual(shard);
  });

  it.each([
    '',
    '0/4',
    '5/4',
    '1/0',
    '1',
    '/',
    '1/',
    '-1/4',
    '1.5/4',
    '1/4/4',
    ' 1/4',
    '1/4 ',
    '01/4',
  ])('refuses %j', (text) => {
    expect(parseShard(text)).toBeUndefined();
  });

  it('refuses more shards than anybody starts', () => {
    expect(parseShard(`1/${String(MOST_SHARDS + 1)}`)).toBeUndefined();
    expect(parseShard(`1/${'9'.repeat(400)}`)).toBeUndefined();
  });
});

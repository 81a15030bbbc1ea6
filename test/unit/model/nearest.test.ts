import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest, suggest } from '../../../src/model/nearest.js';

const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['timeout', 'timout', 1],
    ['frist', 'first', 1],
  ])('%s → %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test.prop([word, word])('is symmetric, zero for equals only, and bounded', (a, b) => {
    const distance = editDistance(a, b);
    expect(distance).toBe(editDistance(b, a));
    expect(distance === 0).toBe(a === b);
    expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
  });
});

describe('the nearest word', () => {
  test.prop([fc.string({ minLength: 1 }), fc.array(fc.string())])(
    'is the word itself',
    (own, others) => {
      expect(nearest(own, [own, ...others])?.toLowerCase()).toBe(own.toLowerCase());
    },
  );

  it('is none when nothing is near', () => {
    expect(nearest('zzzz', ['vacuum', 'analyze'])).toBeUndefined();
  });

  it('is suggested, or else the few words there are', () => {
    expect(suggest('vacum', ['vacuum', 'sql'])).toBe('Did you mean `vacuum`?');
    expect(suggest('zzzz', ['vacuum', 'sql'])).toBe('Known here: `vacuum`, `sql`.');
    expect(suggest('zzzz', [])).toBeUndefined();
  });
});

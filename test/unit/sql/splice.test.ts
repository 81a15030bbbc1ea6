import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { offsetBefore, splice, type Replacement } from '../../../src/sql/splice.js';

/** Replacements that do not overlap, of a text of letters; what is put in has none. */
const cases = fc
  .tuple(
    fc.stringMatching(/^[a-z]{0,30}$/),
    fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.stringMatching(/^[0-9]{0,5}$/))),
  )
  .map(([text, wanted]) => {
    const replacements: Replacement[] = [];
    let at = 0;
    for (const [gap, length, put] of wanted) {
      const [start, end] = [at + gap, at + gap + length];
      if (end > text.length) break;
      replacements.push({ start, end, text: put });
      at = end;
    }
    return { text, replacements };
  });

describe('what takes the place of parts of a text', () => {
  property.prop([cases])(
    'leaves the rest where its offsets lead back to',
    ({ text, replacements }) => {
      const spliced = splice(text, replacements);
      const kept = Array.from(spliced).flatMap((char, index) =>
        /[a-z]/.test(char) ? [[char, text[offsetBefore(replacements, index)]]] : [],
      );
      expect(kept.every(([now, before]) => now === before)).toBe(true);
      const removed = replacements.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(kept).toHaveLength(text.length - removed);
    },
  );

  it('is where it begins for an offset within', () => {
    expect(offsetBefore([{ start: 2, end: 3, text: 'xyz' }], 4)).toBe(2);
  });
});

import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { formatSize, parseSize } from '../../../src/model/size.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

describe('sizes', () => {
  it.each([
    ['512kB', 524_288],
    ['100MB', 104_857_600],
    ['1.5GB', 1_610_612_736],
    ['8 kB', 8_192],
    ['0B', 0],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '5', '100mb', '100KB', '5  MB', '-5MB', '.5MB', '1e3MB', 'MB', '99999PB', '5MB\n'])(
    '%j is none',
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );

  test.prop([fc.integer({ min: 0, max: 4_000 }), fc.nat(UNITS.length - 1)])(
    'are powers of 1024',
    (count, unit) => {
      expect(parseSize(`${String(count)}${UNITS[unit] ?? ''}`)).toBe(count * 1024 ** unit);
    },
  );

  test.prop([fc.nat({ max: 7e15 })])(
    'for people are near the truth and readable again',
    (bytes) => {
      const text = formatSize(bytes);
      expect(text).toMatch(/^\d{1,4}(?:\.\d)? (?:B|kB|MB|GB|TB|PB)$/);
      expect(Math.abs((parseSize(text) ?? 0) - bytes)).toBeLessThanOrEqual(bytes * 0.06);
    },
  );
});

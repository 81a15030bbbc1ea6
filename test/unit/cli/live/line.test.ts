import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { cut, fit, harmless, pad, widthOf } from '../../../../src/cli/live/line.js';

const WORDS = [
  'orders',
  '注文テーブル',
  'cafe\u0301',
  '👩‍👩‍👧 kin',
  '\u001b[31mred\u001b[2J',
  'a\rb\nc\td',
  '\u202Egnp.exe',
  `z${'\u0300'.repeat(5_000)}`,
  '\u{1F1E9}\u{1F1EA} flag',
  '\uD800 half',
  '\u0007bell\u009b31m',
  'x'.repeat(10_000),
];
const hostile = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 60 }));

describe('text from outside', () => {
  it('is cut by columns, not by characters', () => {
    expect(cut('注文テーブル', 7)).toBe('注文テ…');
    expect(cut('注文テーブル', 6)).toBe('注文…');
    expect(cut('cafe\u0301s', 5)).toBe('cafe\u0301s');
    expect(cut('cafe\u0301s', 4)).toBe('caf…');
    expect(pad('注', 4)).toBe('注  ');
    expect(cut('orders', 0)).toBe('');
  });

  it('shows no password', () => {
    expect(harmless("select dblink('postgresql://u:secret@h/db')")).not.toContain('secret');
  });

  test.prop([hostile, fc.integer({ min: 0, max: 120 })])('never takes more room', (text, width) => {
    expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
    expect(widthOf(pad(text, width))).toBe(width);
    const line = fit([{ text }, { text: '  ' }, { text, style: 'red' }], width);
    expect(widthOf(line.map((piece) => piece.text).join(''))).toBeLessThanOrEqual(width);
  });

  test.prop([hostile])('has nothing in it that a terminal acts upon', (text) => {
    expect(harmless(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
    expect(harmless(text).length).toBeLessThanOrEqual(400);
  });
});

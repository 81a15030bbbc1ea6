import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  describeDuration,
  formatDuration,
  MAX_DURATION_MS,
  parseAge,
  parseDuration,
} from '../../../src/model/duration.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['3w2d', 1_987_200_000],
    ['1d1h1m1s1ms', 90_061_001],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '5',
    '5 m',
    '1.5h',
    '-5m',
    '5m1h',
    '5m5m',
    '5parsecs',
    'm',
    '5M',
    '25d',
    '4w',
    '1y',
    '1d1w',
    ' 5m',
    '5m\n',
    'P1D',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  const DAY_MS = 86_400_000;

  it.each([
    ['26h', 26 * 3_600_000],
    ['32d', 32 * DAY_MS],
    ['90d', 90 * DAY_MS],
    ['12w', 84 * DAY_MS],
    ['1y', 365 * DAY_MS],
    ['1y2w3d', 382 * DAY_MS],
    ['1000y', 365_000 * DAY_MS],
  ])('as an age, %s is %i ms', (text, ms) => {
    expect(parseAge(text)).toBe(ms);
    expect(parseAge(formatDuration(ms))).toBe(ms);
  });

  it.each(['1001y', '9999999999999999999y', '1d1y', '1.5y', ''])('%j is no age', (text) => {
    expect(parseAge(text)).toBeUndefined();
  });

  test.prop([fc.integer({ min: 0, max: MAX_DURATION_MS })])('read back what was written', (ms) => {
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  });

  it.each([
    [40, '40ms'],
    [1_300, '1.3s'],
    [125_000, '2m 5s'],
    [7_260_000, '2h 1m'],
    [172_740_000, '47h 59m'],
    [187_200_000, '2d 4h'],
  ])('%i ms is %s for people', (ms, text) => {
    expect(describeDuration(ms)).toBe(text);
  });

  test.prop([fc.integer({ min: 0, max: MAX_DURATION_MS })])('for people are short', (ms) => {
    expect(describeDuration(ms)).toMatch(
      /^(?:\d+ms|\d+\.\ds|\d+m [1-5]?\ds|\d+h [1-5]?\dm|\d+d [12]?\dh)$/,
    );
  });
});

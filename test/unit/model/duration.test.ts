import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  describeDuration,
  formatDuration,
  MAX_DURATION_MS,
  parseDuration,
} from '../../../src/model/duration.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
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
    ' 5m',
    '5m\n',
    'P1D',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
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

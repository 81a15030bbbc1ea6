import { describe, expect, it } from 'vitest';
import { fc, test } from '@fast-check/vitest';
import { windowAt, windowEnd, type Window } from '../../../src/model/window.js';
import { makeWindow } from '../support.js';

const HOUR_MS = 3_600_000;

const at = (text: string): number => Date.parse(text);
const time = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
};

function closes(more: Partial<Window>, now: string): string | undefined {
  const state = windowAt(makeWindow(more), at(now));
  if (!state.open) throw new Error('closed');
  return state.closesAt === undefined ? undefined : new Date(state.closesAt).toISOString();
}

function opens(more: Partial<Window>, now: string): string {
  const state = windowAt(makeWindow(more), at(now));
  if (state.open) throw new Error('open');
  return new Date(state.opensAt).toISOString();
}

describe('a window', () => {
  it('with finish_by alone is always open, until that time comes next', () => {
    const night = { finishBy: time('05:30') };
    expect(closes(night, '2026-06-01T02:00:00Z')).toBe('2026-06-01T05:30:00.000Z');
    expect(closes(night, '2026-06-01T05:30:00Z')).toBe('2026-06-02T05:30:00.000Z');
    expect(closes({}, '2026-06-01T02:00:00Z')).toBeUndefined();
  });

  it('over midnight is open on both sides of it', () => {
    const night = { notBefore: time('22:00'), finishBy: time('05:30'), timeZone: 'Europe/Berlin' };
    expect(opens(night, '2026-06-01T12:00:00Z')).toBe('2026-06-01T20:00:00.000Z');
    expect(closes(night, '2026-06-01T21:00:00Z')).toBe('2026-06-02T03:30:00.000Z');
    expect(closes(night, '2026-06-02T01:00:00Z')).toBe('2026-06-02T03:30:00.000Z');
    expect(opens(night, '2026-06-02T03:30:00Z')).toBe('2026-06-02T20:00:00.000Z');
  });

  it('with not_before alone ends with the day', () => {
    expect(closes({ notBefore: time('22:00') }, '2026-06-01T23:00:00Z')).toBe(
      '2026-06-02T00:00:00.000Z',
    );
    expect(opens({ notBefore: time('22:00') }, '2026-06-01T00:00:00Z')).toBe(
      '2026-06-01T22:00:00.000Z',
    );
  });

  it('opens on its days alone; what opened on Saturday goes on into Sunday', () => {
    // 2026-06-06 is a Saturday.
    const weekend = { notBefore: time('22:00'), finishBy: time('04:00'), days: [6] };
    expect(opens(weekend, '2026-06-01T12:00:00Z')).toBe('2026-06-06T22:00:00.000Z');
    expect(closes(weekend, '2026-06-07T03:00:00Z')).toBe('2026-06-07T04:00:00.000Z');
    expect(opens(weekend, '2026-06-07T22:30:00Z')).toBe('2026-06-13T22:00:00.000Z');
    expect(closes({ days: [1] }, '2026-06-01T12:00:00Z')).toBe('2026-06-02T00:00:00.000Z');
  });

  it('takes the leap for a time that the wall clock leaves out', () => {
    const berlin = { finishBy: time('02:30'), timeZone: 'Europe/Berlin' };
    // 2026-03-29: 02:00 becomes 03:00, at 01:00 UTC.
    expect(closes(berlin, '2026-03-29T00:30:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(
      opens({ ...berlin, finishBy: undefined, notBefore: time('02:30') }, '2026-03-29T00:59:00Z'),
    ).toBe('2026-03-29T01:00:00.000Z');
  });

  it('takes the first of two equal times', () => {
    const berlin = { finishBy: time('02:30'), timeZone: 'Europe/Berlin' };
    // 2026-10-25: 03:00 becomes 02:00, at 01:00 UTC.
    expect(closes(berlin, '2026-10-24T23:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(closes(berlin, '2026-10-25T00:45:00Z')).toBe('2026-10-26T01:30:00.000Z');
  });

  it('is as long as the night is: an hour shorter in spring, an hour longer in autumn', () => {
    const night = { notBefore: time('00:00'), finishBy: time('06:00'), timeZone: 'Europe/Berlin' };
    const length = (day: string): number => {
      const from = at(opens(night, `${day}T12:00:00Z`));
      return at(closes(night, new Date(from).toISOString()) ?? '') - from;
    };
    expect(length('2026-06-01')).toBe(6 * HOUR_MS);
    expect(length('2026-03-28')).toBe(5 * HOUR_MS);
    expect(length('2026-10-24')).toBe(7 * HOUR_MS);
  });

  it('knows zones whose offset is no whole hour, and leaps of half an hour', () => {
    expect(
      closes({ finishBy: time('05:30'), timeZone: 'Asia/Kathmandu' }, '2026-06-01T00:00:00Z'),
    ).toBe('2026-06-01T23:45:00.000Z');
    // Lord Howe: 2026-10-04, 02:00 becomes 02:30, at 15:30 UTC of the day before.
    expect(
      closes({ finishBy: time('02:15'), timeZone: 'Australia/Lord_Howe' }, '2026-10-03T15:00:00Z'),
    ).toBe('2026-10-03T15:30:00.000Z');
  });

  it('ends with max_duration when that is sooner', () => {
    const short = makeWindow({ finishBy: time('05:30'), maxDurationMs: HOUR_MS });
    const start = at('2026-06-01T02:00:00Z');
    expect(windowEnd(short, start)).toBe(start + HOUR_MS);
    expect(windowEnd(short, at('2026-06-01T05:00:00Z'))).toBe(at('2026-06-01T05:30:00Z'));
    expect(windowEnd(makeWindow({}), start)).toBeUndefined();
  });

  test.prop([
    fc.record({
      notBefore: fc.option(fc.integer({ min: 0, max: 1439 }), { nil: undefined }),
      finishBy: fc.option(fc.integer({ min: 0, max: 1439 }), { nil: undefined }),
      days: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), {
        nil: undefined,
      }),
      timeZone: fc.constantFrom(
        'UTC',
        'Europe/Berlin',
        'America/New_York',
        'Australia/Lord_Howe',
        'Africa/Casablanca',
      ),
    }),
    fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }),
  ])('changes at the moment that it names, and not before', (more, now) => {
    const made = makeWindow(more);
    const state = windowAt(made, now);
    const change = state.open ? state.closesAt : state.opensAt;
    if (change === undefined) return;
    expect(change).toBeGreaterThan(now);
    const before = windowAt(made, change - 1);
    expect(before.open).toBe(state.open);
    expect(before.open ? before.closesAt : before.opensAt).toBe(change);
    if (!state.open) expect(windowAt(made, change).open).toBe(true);
  });
});

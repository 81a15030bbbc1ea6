import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../src/report/timeline.js';
import { attempt, largeReport, report, richReport, step, task } from './fixtures.js';

describe('the timeline', () => {
  it('gives tasks that overlap lanes of their own, and a retried task one lane', () => {
    const lanes = timelineOf(richReport())?.lanes ?? [];
    expect(lanes.map((lane) => lane.map((bar) => `${bar.task}#${String(bar.attempt)}`))).toEqual([
      ['vacuum-hot/1#1', 'vacuum-hot/3#1', 'backfill-email/1#1'],
      ['vacuum-hot/2#1', 'vacuum-hot/4#1', 'backfill-email/2#1'],
      ['vacuum-hot/5#1', 'reindex-bloated/1#1'],
      ['reindex-bloated/2#1', 'reindex-bloated/2#2'],
    ]);
  });

  it('is not there when nothing was launched, and goes to the last moment when something runs', () => {
    expect(timelineOf(report([step('a', [task('a/1')], null)]))).toBeUndefined();
    const open = task('a/1', { status: 'running', attempts: [attempt(1, 5, null)] });
    const made = timelineOf(report([step('a', [open], [5, null])]));
    expect(made?.lanes[0]?.[0]).toMatchObject({ open: true, to: made?.to });
  });

  it('has as few lanes as workers worked at once', () => {
    expect(timelineOf(largeReport(2_000))?.lanes).toHaveLength(4);
  });

  it('does not trip over times that are none', () => {
    const odd = task('a/1', { attempts: [attempt(1, 0, 5, { launched_at: 'yesterday' })] });
    const made = report([step('a', [odd], [0, 5])]);
    expect(timelineOf({ ...made, run: { ...made.run, started_at: '?' } })?.lanes).toEqual([]);
  });

  const spans = fc.array(
    fc.array(fc.tuple(fc.nat(1_000), fc.nat(200)), { minLength: 1, maxLength: 3 }),
    { maxLength: 30 },
  );
  property.prop([spans])('never shows two bars of a lane at once', (tasks) => {
    const made = tasks.map((attempts, i) => {
      let now = 0;
      const list = attempts.map(([wait, took], n) => {
        const from = now + wait;
        now = from + took;
        return attempt(n + 1, from, now);
      });
      return task(`a/${String(i)}`, { attempts: list });
    });
    const timeline = timelineOf(report([step('a', made, [0, 1])]));
    const lanes = timeline?.lanes ?? [];
    for (const lane of lanes) {
      lane.forEach((bar, i) => {
        const next = lane[i + 1];
        if (next !== undefined) expect(next.from).toBeGreaterThanOrEqual(bar.to);
      });
    }
    expect(lanes.flat()).toHaveLength(tasks.flat().length);
  });
});

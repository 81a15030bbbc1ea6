import { describe, expect, it } from 'vitest';
import type { Progress, Step } from '../../../src/generated/report.v1.js';
import { describeProgress, describeWalk } from '../../../src/report/progress.js';

const progress: Progress = {
  rows_estimated: 4_000_000,
  rows_seen: 1_234_567,
  rows_changed: 1_000_000,
  rows_unchanged: 0,
  rows_left: null,
  rows_per_second: 12_345.6,
  eta_ms: 224_000,
  batches: 300,
  timed_batches: 200,
  timed_well: 199,
  halvings: 2,
  wal_bytes: 512 * 1024 * 1024,
  paused_for: null,
  pauses: {},
  parts: [
    {
      number: 1,
      task: 1,
      above: null,
      upto: '[5]',
      reached: '[3]',
      rows_seen: 1_234_567,
      rows_changed: 1_000_000,
      batches: 300,
      batch_rows: 6_150,
      batch_ms: 498.2,
      paused_for: null,
      finished_at: null,
    },
  ],
};

const step = (before: number | null, after: number | null): Step => ({
  id: 's',
  kind: 'backfill',
  policy: 'wait',
  status: 'succeeded',
  reason: null,
  expected: null,
  started_at: null,
  finished_at: null,
  progress,
  tasks: [
    {
      id: 's/1',
      sql: '',
      settings: {},
      status: 'succeeded',
      reason: null,
      expected: null,
      deferred: false,
      attempts: [],
      targets: [
        {
          name: 't',
          oid: 1,
          status: 'succeeded',
          reason: null,
          sqlstate: null,
          evidence: {
            before: before === null ? null : { size_bytes: before },
            after: after === null ? null : { size_bytes: after },
          },
        },
      ],
    },
  ],
});

describe('progress', () => {
  it('is told in one line, with what is an estimate as such', () => {
    expect(describeProgress(progress)).toBe(
      '1,234,567 of about 4,000,000 rows (30 %), 12,346/s, about 3m 44s left, batch 6,150 rows in 498ms',
    );
    expect(
      describeProgress({
        ...progress,
        rows_per_second: null,
        eta_ms: null,
        paused_for: 'calm',
        parts: [],
      }),
    ).toBe('1,234,567 of about 4,000,000 rows (30 %), paused: calm');
  });

  it('never says 100 % of an estimate, nor divides by an empty one', () => {
    expect(describeProgress({ ...progress, rows_estimated: 1_000 })).toContain('(99 %)');
    expect(describeProgress({ ...progress, rows_estimated: 0 })).toContain('of about 0 rows, ');
  });

  it('tells what a walk has done and left behind', () => {
    const ended = { ...progress, rows_left: 0, pauses: { replica_lag: { count: 3, ms: 4_200 } } };
    expect(describeWalk(step(1024, 5120), ended)).toEqual([
      '1,234,567 rows walked, 1,000,000 changed, 0 left that match',
      '300 batches, 99 % of them within 20 % of their time; 2 tried again with fewer rows',
      '1,000,000 dead rows made, 512.0 MB of WAL, table +4.0 kB',
      'paused 3 times for replica lag, 4.2s in all',
    ]);
    expect(describeWalk(step(null, 5120), progress)[2]).toBe(
      '1,000,000 dead rows made, 512.0 MB of WAL',
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { PastRun } from '../../../src/model/past-run.js';
import { describeHistory } from '../../../src/report/history.js';

const run = (n: number, more: Partial<PastRun> = {}): PastRun => ({
  run_id: `2026112${String(n)}-aaaaaa`,
  runbook: 'nightly',
  version: 3,
  status: 'succeeded',
  exit_code: 0,
  started_at: `2026-11-2${String(n)}T02:30:00.000Z`,
  finished_at: null,
  duration_ms: 60_000,
  tasks: 4,
  troubled: 0,
  deferred: 0,
  bytes_freed: 0,
  dead_rows_removed: 0,
  ...more,
});

describe('describeHistory', () => {
  it('has the newest run last, with bars of the longest, what was freed and what went wrong', () => {
    const text = describeHistory([
      run(3, { duration_ms: 120_000, status: 'failed', troubled: 1, deferred: 2 }),
      run(2, { bytes_freed: 10 * 1024 * 1024 }),
      run(1, { bytes_freed: -2048, duration_ms: 0 }),
    ]);
    expect(text).toBe(
      [
        'nightly',
        '  20261121-aaaaaa  02:30Z  v3   succeeded       0ms  #           +2.0 kB',
        '  20261122-aaaaaa  02:30Z  v3   succeeded     1m 0s  #####       -10.0 MB',
        '  20261123-aaaaaa  02:30Z  v3   failed        2m 0s  ##########  1/4 failed  2 deferred',
        '  2 of 3 succeeded; 10.0 MB freed in all; usually 0ms, the last 6000000 % longer',
        '',
      ].join('\n'),
    );
  });

  it('compares the last success with what is usual', () => {
    const with_ = (ms: number): string =>
      describeHistory([run(4, { duration_ms: ms }), run(3), run(2), run(1)]);
    expect(with_(61_000)).toContain('4 of 4 succeeded; usually 1m 0s, the last about the same');
    expect(with_(90_000)).toContain('the last 50 % longer');
    expect(with_(30_000)).toContain('the last 50 % shorter');
  });

  it('keeps runbooks apart, and says nothing of what is not known', () => {
    const text = describeHistory([run(2, { runbook: 'weekly', duration_ms: null }), run(1)]);
    expect(text).toContain('nightly\n');
    expect(text).toContain('weekly\n');
    expect(text).not.toContain('NaN');
    expect(describeHistory([])).toBe('No runs yet.\n');
  });
});

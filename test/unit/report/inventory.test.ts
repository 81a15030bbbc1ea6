import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Database, InventoryReportV1 } from '../../../src/generated/inventory-report.v1.js';
import { describeInventoryReport } from '../../../src/report/inventory.js';

const database = (name: string, more: Partial<Database> = {}): Database => ({
  ...{ name, server: `u@h:5432/${name}`, status: 'succeeded', reason: null, error: null },
  ...{ exit_code: 0, did: 'run', run_id: '20261121-a', report: null },
  ...{ started_at: null, finished_at: null },
  ...more,
});

function report(databases: Database[], more: Partial<InventoryReportV1> = {}): InventoryReportV1 {
  const counts: Record<string, number> = {};
  for (const { status } of databases) counts[status] = (counts[status] ?? 0) + 1;
  return {
    report_version: 1,
    runbook: { name: 'nightly', version: 3, path: 'nightly.yaml', digest: 'sha256:0' },
    inventory: { path: 'fleet.yaml', digest: 'sha256:0', databases: 9 },
    ...{ tags: [], shard: null, pass: null, exit_code: 0 },
    ...{ started_at: '2026-11-21T02:30:00.000Z', finished_at: '2026-11-21T02:31:00.000Z' },
    ...{ databases, counts },
    ...more,
  };
}

describe('describeInventoryReport', () => {
  it('is two lines when all went well', () => {
    expect(describeInventoryReport(report([database('a'), database('b')]))).toBe(
      'nightly on 2 databases: exit 0\n  2 succeeded',
    );
  });

  it('has a line for each that did not, what it was of, and what was there before', () => {
    const all = [
      database('a', { did: 'found' }),
      database('app-17', { status: 'failed', reason: '1 task did not succeed', exit_code: 1 }),
      database('crm', { status: 'refused', error: 'connection_failed', reason: 'no route' }),
      database('dwh', { status: 'not_begun', reason: 'a signal came first', exit_code: null }),
    ];
    const more = { exit_code: 143, shard: '2/4', pass: '2026-11-21', tags: ['eu', 'small'] };
    expect(describeInventoryReport(report(all, more)).split('\n')).toEqual([
      'nightly on 4 databases, eu and small, shard 2/4, pass 2026-11-21: exit 143',
      '  1 succeeded, 1 not begun, 1 refused, 1 failed',
      '  1 of them was done in this pass already',
      '  app-17  failed    1 task did not succeed',
      '  crm     refused   [connection_failed] no route',
      '  dwh     not begun a signal came first',
    ]);
  });

  it('keeps to 80 columns and to one line each, whatever a server says', () => {
    const reason = `${'😀 cannot '.repeat(40)}\u001b[2J\nerror: faked`;
    const text = describeInventoryReport(
      report([database('a'.repeat(63), { status: 'refused', reason })], {
        pass: 'p'.repeat(100),
      }),
    );
    const lines = text.split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/\u001b/);
  });

  it('of a shard without databases says so', () => {
    expect(describeInventoryReport(report([]))).toBe('nightly on 0 databases: exit 0');
  });
});

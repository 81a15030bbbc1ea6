import { describe, expect, it } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { toJson } from '../../../src/report/json.js';
import { describeReport } from '../../../src/report/text.js';
import { makePlan } from '../support.js';

const { runbook, server, budget } = makePlan([]);

const task = (more: Partial<Task>): Task => ({
  id: 'vacuum/1',
  sql: 'VACUUM "app"."a"',
  settings: {},
  status: 'succeeded',
  reason: null,
  targets: [],
  expected: null,
  deferred: false,
  attempts: [],
  ...more,
});

const report = (tasks: Task[]): ReportV1 => ({
  report_version: 1,
  run: {
    id: '20261121-k3x9t2',
    status: 'failed',
    reason: '1 task did not succeed',
    plan_digest: 'sha256:0',
    started_at: '2026-11-21T00:00:00.000Z',
    finished_at: '2026-11-21T00:01:00.000Z',
    exit_code: 1,
    paused_by: null,
    window_ends_at: null,
    traceparent: null,
    pass: null,
    next_commands: [],
  },
  runbook,
  server,
  budget,
  steps: [
    {
      id: 'vacuum',
      kind: 'vacuum',
      policy: 'wait',
      status: 'failed',
      reason: null,
      started_at: '2026-11-21T00:00:00.000Z',
      finished_at: '2026-11-21T00:00:02.500Z',
      progress: null,
      expected: null,
      tasks,
    },
  ],
  residue: { before: null, after: null },
  summary: { steps: {}, tasks: {}, targets: {} },
});

const skipped = {
  name: 'app.locked',
  oid: 1,
  status: 'skipped' as const,
  reason: 'its lock was not free',
  sqlstate: '55P03',
  evidence: { before: null, after: null },
};

describe('describeReport', () => {
  it('tells the run, each step with its time, and what needs attention with its SQLSTATE', () => {
    const failed = task({ status: 'failed', reason: 'deadlock detected' });
    const text = describeReport(report([failed, task({ id: 'vacuum/2', targets: [skipped] })]));
    expect(text.split('\n')).toEqual([
      'run 20261121-k3x9t2 failed: 1 task did not succeed',
      '  vacuum  failed        2.5s   2 tasks',
      '      vacuum/1 failed: deadlock detected',
      '      app.locked skipped [55P03]: its lock was not free',
    ]);
  });

  it('cuts a long list of troubles', () => {
    const failed = Array.from({ length: 30 }, (_, i) =>
      task({ id: `vacuum/${String(i)}`, status: 'failed', reason: 'x' }),
    );
    expect(describeReport(report(failed))).toContain('and 20 more in the report');
  });
});

describe('toJson', () => {
  it('is a document that reads back', () => {
    const document = report([task({})]);
    expect(JSON.parse(toJson(document))).toEqual(document);
  });
});

it('shows nothing that could move a terminal’s cursor', () => {
  const hostile = { ...skipped, name: 'app.\u001b[2Jx\nrun succeeded', reason: 'a\rb\u202Ec' };
  const text = describeReport(report([task({ targets: [hostile] })]));
  expect(text).not.toMatch(/[\u001b\r\u202E]/);
  expect(text.split('\n')).toHaveLength(3);
});

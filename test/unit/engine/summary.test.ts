import { describe, expect, it } from 'vitest';
import { summarize } from '../../../src/engine/summary.js';
import type { Step, Task } from '../../../src/generated/report.v1.js';
import type { TaskStatus } from '../../../src/model/status.js';

const task = (status: TaskStatus, sqlstate: string | null = null): Task => ({
  id: 's/1',
  sql: 'VACUUM',
  settings: {},
  status,
  reason: null,
  targets: [
    {
      name: 'a',
      oid: 1,
      status,
      reason: null,
      sqlstate,
      evidence: { before: null, after: null },
    },
  ],
  expected: null,
  deferred: false,
  attempts: [],
});

const record = (...tasks: Task[]): { steps: Step[] } => ({
  steps: [
    {
      id: 's',
      kind: 'vacuum',
      policy: 'wait',
      status: 'succeeded',
      reason: null,
      started_at: null,
      finished_at: null,
      progress: null,
      expected: null,
      tasks,
    },
  ],
});

describe('summarize', () => {
  it('counts steps, tasks and targets by status', () => {
    expect(summarize(record(task('failed'), task('skipped')))).toEqual({
      steps: { succeeded: 1 },
      tasks: { failed: 1, skipped: 1 },
      targets: { failed: 1, skipped: 1 },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { concludeRun, summarize } from '../../../src/engine/conclude.js';
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

describe('concludeRun', () => {
  it.each([
    [['succeeded'], 'succeeded', 0],
    [['succeeded', 'skipped'], 'succeeded', 0],
    [['succeeded', 'failed'], 'failed', 1],
    [['timed_out'], 'failed', 1],
    [['cancelled'], 'failed', 1],
    [['failed', 'unknown'], 'unknown', 4],
    [[], 'succeeded', 0],
  ] as const)('of tasks %j is %s with exit code %i', (statuses, status, exitCode) => {
    const tasks = statuses.map((s) => task(s));
    expect(concludeRun(record(...tasks), undefined, undefined)).toMatchObject({ status, exitCode });
  });

  it.each(['pending', 'running', 'detached'] as const)(
    'of a task that is %s is no success yet',
    (s) => {
      const of = record(task('succeeded'), task(s));
      expect(concludeRun(of, undefined, undefined)).toMatchObject({
        status: 'detached',
        exitCode: 0,
      });
    },
  );

  const STOPPED = { reason: 'cancelled by SIGTERM of the engine', exitCode: 143 } as const;

  it('of a run that was cancelled has the exit code and the reason of what stopped it', () => {
    const of = record(task('cancelled'));
    expect(concludeRun(of, STOPPED, undefined)).toEqual({ status: 'cancelled', ...STOPPED });
  });

  it('of a step that was cancelled before its first launch is a failure', () => {
    const { steps } = record(task('skipped'));
    const of = { steps: steps.map((step) => ({ ...step, status: 'cancelled' as const })) };
    expect(concludeRun(of, undefined, undefined)).toMatchObject({
      ...{ status: 'failed', exitCode: 1, reason: '1 step cancelled' },
    });
  });

  it('puts an unknown outcome above the signal', () => {
    expect(concludeRun(record(task('unknown')), STOPPED, undefined).exitCode).toBe(4);
  });

  it('counts a relation skipped for lack of privilege as a failure', () => {
    const { status, exitCode, reason } = concludeRun(
      record(task('skipped', '42501')),
      undefined,
      undefined,
    );
    expect({ status, exitCode }).toEqual({ status: 'failed', exitCode: 1 });
    expect(reason).toContain('1 relation skipped for lack of privilege');
  });

  it('takes a lost connection for no failure when all is proven, and for one when work was left', () => {
    const proven = concludeRun(record(task('succeeded')), undefined, 'lost the connection');
    expect(proven).toMatchObject({ status: 'succeeded', reason: 'lost the connection' });
    const left = concludeRun(
      record(task('succeeded'), task('skipped')),
      undefined,
      'lost the connection',
    );
    expect(left).toMatchObject({ status: 'failed', exitCode: 1 });
    expect(left.reason).toBe('lost the connection; 1 task not launched');
  });
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

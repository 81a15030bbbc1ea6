import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';
import { fabricate, judgeRun, type FakeStep, type FakeTask } from './fabricate.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

const of = (tasks: FakeTask[], status = 'succeeded'): FakeStep[] => [{ id: 's', status, tasks }];

async function judged(
  steps: FakeStep[],
  engine: object = {},
  cancelledBy?: string,
): ReturnType<typeof judgeRun> {
  await fabricate(db, steps, cancelledBy === undefined ? {} : { cancelledBy });
  return judgeRun(db, engine);
}

describe('what a run has come to', () => {
  it.each([
    [['succeeded'], 'succeeded', 0],
    [['succeeded', 'skipped'], 'succeeded', 0],
    [['succeeded', 'failed'], 'failed', 1],
    [['timed_out'], 'failed', 1],
    [['cancelled'], 'failed', 1],
    [['failed', 'unknown'], 'unknown', 4],
    [[], 'succeeded', 0],
    [['succeeded', 'pending'], 'detached', 0],
    [['succeeded', 'running'], 'detached', 0],
    [['succeeded', 'detached'], 'detached', 0],
  ])('of tasks %j is %s with exit code %i', async (statuses, status, exit_code) => {
    const tasks = statuses.map((s) => ({ status: s }));
    expect(await judged(of(tasks))).toMatchObject({ status, exit_code });
  });

  it('when it was cancelled has the exit code of the signal, and says by whom', async () => {
    const steps = of([{ status: 'cancelled' }, { status: 'succeeded' }], 'cancelled');
    expect(await judged(steps, { signal_exit: 143 }, 'SIGTERM of the engine')).toEqual({
      status: 'cancelled',
      exit_code: 143,
      reason: 'cancelled by SIGTERM of the engine: 1 of 2 tasks not done',
    });
    expect(await judged(steps, {}, 'pg-runbook cancel')).toMatchObject({ exit_code: 1 });
  });

  it('is no success when a step was cancelled before its first launch', async () => {
    expect(await judged(of([{ status: 'skipped', blocked: true }], 'cancelled'))).toEqual({
      status: 'failed',
      exit_code: 1,
      reason: '1 step cancelled',
    });
  });

  it('is unknown before all else', async () => {
    const steps = of([{ status: 'unknown' }, { status: 'cancelled' }], 'cancelled');
    expect(await judged(steps, { signal_exit: 130, error_exit: 1 }, 'SIGINT')).toMatchObject({
      status: 'unknown',
      exit_code: 4,
    });
  });

  it('is failed for a relation that was skipped for lack of privilege', async () => {
    const targets = [{ status: 'skipped', sqlstate: '42501' }];
    expect(await judged(of([{ status: 'skipped', targets }]))).toEqual({
      status: 'failed',
      exit_code: 1,
      reason: '1 relation skipped for lack of privilege',
    });
  });

  it('is deferred, exit 75, where a window left something and nothing failed', async () => {
    expect(await judged(of([{ status: 'skipped', deferred: true }]))).toEqual({
      status: 'deferred',
      exit_code: 75,
      reason: '1 task deferred',
    });
  });

  it('after a loss is what is proven, and failed where work was left', async () => {
    const lost = 'the ledger is broken';
    expect(await judged(of([{ status: 'succeeded' }]), { lost })).toMatchObject({
      status: 'succeeded',
      reason: lost,
    });
    const left = of([{ status: 'succeeded' }, { status: 'skipped', blocked: true }]);
    expect(await judged(left, { lost })).toMatchObject({
      status: 'failed',
      exit_code: 1,
      reason: `${lost}; 1 task not launched`,
    });
    expect(await judged(of([{ status: 'succeeded' }]), { lost, error_exit: 3 })).toMatchObject({
      status: 'failed',
      exit_code: 3,
    });
  });

  it('is failed where something was never launched, whoever is left to say why', async () => {
    const left = of([{ status: 'succeeded' }, { status: 'skipped', blocked: true }]);
    expect(await judged(left)).toEqual({
      status: 'failed',
      exit_code: 1,
      reason: '1 task not launched',
    });
  });

  it('is exit 4 when something was interrupted and not done again', async () => {
    expect(await judged(of([{ status: 'failed' }]), { refused: ['s/1'] })).toEqual({
      status: 'failed',
      exit_code: 4,
      reason: 's/1 was interrupted and not done again: not declared idempotent',
    });
  });

  it('tells of a connection that was lost on the way', async () => {
    const note = 'the connection was lost';
    expect(await judged(of([{ status: 'succeeded' }]), { note })).toMatchObject({
      status: 'succeeded',
      reason: 'the connection was lost; the run went on',
    });
  });
});

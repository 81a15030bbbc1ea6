/** Tasks that somebody stops, and detached ones. */
import { EXIT } from '../../errors.js';
import { expectSame, type Case } from '../contract.js';
import type { Scratch } from '../scratch.js';
import { expectSqlState, expectStatuses, sqlStep } from './steps.js';

const cancelWaited: Case = {
  name: 'cancel_waited',
  title: 'cancel',
  timeoutMs: 10_000,
  run: async (scratch) => {
    const run = await scratch.begin(sqlStep('work', `${scratch.mark()}; SELECT pg_sleep(30)`));
    await scratch.untilAtWork(run.id, 'work');
    run.stop();
    const report = await run.report;
    expectStatuses(report, 'cancelled');
    expectSame('exit code', report.run.exit_code, EXIT.interrupted);
    expectSqlState(report, '57014');
    expectSame('rows', await scratch.marks(), 0);
    await scratch.untilLeft(0, run.id);
    return '57014, nothing committed, worker gone';
  },
};

/** Before the worker shows, while it starts, and at work. */
const STOP_AFTER_MS = [0, 3, 10, 40];

const cancelAtLaunch: Case = {
  name: 'cancel_at_launch',
  title: 'cancel right after launch',
  timeoutMs: 15_000,
  run: async (scratch) => {
    const seen: string[] = [];
    for (const ms of STOP_AFTER_MS) {
      const no = ` ${String(ms)}`;
      const run = await scratch.begin(
        sqlStep('work', `${scratch.mark(no)}; SELECT pg_sleep(0.2)`),
        ({ type }, begun) => {
          if (type === 'task_launched') setTimeout(begun.stop, ms);
        },
      );
      const status = (await run.report).steps[0]?.status ?? '';
      await scratch.untilLeft(0, run.id);
      const isThere = (await scratch.marks(no)) === 1;
      expectSame(`${status}, and its row is there`, isThere, status === 'succeeded');
      seen.push(status);
    }
    return `${String(seen.length)} tries, all true: ${[...new Set(seen)].join(', ')}`;
  },
};

const detachedSuccess: Case = {
  name: 'detached_success',
  title: 'detach',
  timeoutMs: 10_000,
  run: async (scratch) => {
    const { run, report } = await beginDetached(
      scratch,
      `SELECT ${scratch.gate}; ${scratch.mark()}`,
    );
    expectSame('run', [report.run.status, report.run.exit_code], ['detached', EXIT.ok]);
    // Those of its supervisor and of its worker.
    await scratch.untilLeft(2, run.id);
    expectSame('rows', await scratch.marks(), 0);
    await scratch.openGate();
    expectStatuses(await scratch.follow(run.id), 'succeeded');
    expectSame('rows', await scratch.marks(), 1);
    return 'done and recorded without a client';
  },
};

const detachedFailure: Case = {
  name: 'detached_failure',
  title: 'detached failure',
  timeoutMs: 10_000,
  run: async (scratch) => {
    const { run } = await beginDetached(
      scratch,
      `${scratch.mark()}; SELECT ${scratch.gate}; SELECT 1 / 0`,
    );
    await scratch.openGate();
    const report = await scratch.follow(run.id);
    expectStatuses(report, 'failed');
    expectSqlState(report, '22012');
    expectSame('rows', await scratch.marks(), 0);
    return '22012 recorded without a client';
  },
};

const cancelDetached: Case = {
  name: 'cancel_detached',
  title: 'cancel of a detached run',
  timeoutMs: 12_000,
  run: async (scratch) => {
    const { run } = await beginDetached(scratch, `${scratch.mark()}; SELECT pg_sleep(30)`);
    await scratch.cancel(run.id);
    const report = await scratch.follow(run.id);
    expectStatuses(report, 'cancelled');
    expectSqlState(report, '57014');
    expectSame('rows', await scratch.marks(), 0);
    await scratch.untilLeft(0, run.id);
    return '57014, worker and supervisor gone';
  },
};

/** Runs a detached step, and answers when its engine is gone and its worker at work. */
async function beginDetached(
  scratch: Scratch,
  sql: string,
): Promise<Awaited<ReturnType<Scratch['run']>>> {
  const begun = await scratch.run(sqlStep('later', sql, { policy: 'detach' }));
  await scratch.untilAtWork(begun.run.id, 'later');
  return begun;
}

export const STOPPED: readonly Case[] = [
  cancelWaited,
  cancelAtLaunch,
  detachedSuccess,
  detachedFailure,
  cancelDetached,
];

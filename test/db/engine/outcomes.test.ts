import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import {
  expectLedgerToAgree,
  runbook,
  runReported,
  stepOf,
  taskOf,
  useFolder,
  waitForWorker,
} from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`
  create table t (i int primary key);
  insert into t select generate_series(1, 100);
  create table effect (what text)`);

const SLEEP = `  - id: nap
    sql: SELECT pg_sleep(20)
`;

describe('a failing sql step', () => {
  it('is failed with its SQLSTATE and message, and stops what follows', async () => {
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: bad
    sql: INSERT INTO effect VALUES ('lost'); SELECT 1 / 0
  - id: next
    needs: [bad]
    sql: INSERT INTO effect VALUES ('never')
`),
    );
    expect(run.code).toBe(1);
    expect(run.report.run).toMatchObject({ status: 'failed', exit_code: 1 });
    expect(taskOf(run, 'bad')).toMatchObject({
      task: { status: 'failed', reason: 'division by zero' },
      attempt: { status: 'failed', sqlstate: '22012', message: 'division by zero' },
    });
    expect(stepOf(run, 'next')).toMatchObject({ status: 'skipped', started_at: null });
    expect(run.stdout).toContain('[22012]: division by zero');
    expect(await db.rows('select * from effect')).toEqual([]);
    await expectLedgerToAgree(db, run);
  });

  it('under on_failure continue lets independent steps go on', async () => {
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: bad
    sql: SELECT 1 / 0
    on_failure: continue
  - id: dependent
    needs: [bad]
    sql: INSERT INTO effect VALUES ('never')
  - id: other
    sql: INSERT INTO effect VALUES ('independent')
`),
    );
    expect(run.code).toBe(1);
    expect(run.report.steps.map((step) => step.status)).toEqual(['failed', 'skipped', 'succeeded']);
    expect(await db.rows('select * from effect')).toEqual([{ what: 'independent' }]);
  });
});

describe('a lock timeout', () => {
  it('is failed with 55P03, and tried again where the runbook says so', async () => {
    const locker = await db.connect();
    await locker.query('begin; lock table t');
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: locked
    sql: UPDATE t SET i = i WHERE true
    lock_timeout: 300ms
    idempotent: true
    retry: { attempts: 2, delay: 100ms, on: [lock_not_available] }
`),
    );
    await locker.query('rollback');
    expect(run.code).toBe(1);
    const { task } = taskOf(run, 'locked');
    expect(task.attempts.map(({ status, sqlstate }) => ({ status, sqlstate }))).toEqual([
      { status: 'failed', sqlstate: '55P03' },
      { status: 'failed', sqlstate: '55P03' },
    ]);
    await expectLedgerToAgree(db, run);
  });

  it('is no failure when the lock comes free in time for a retry', async () => {
    const locker = await db.connect();
    await locker.query('begin; lock table t');
    const running = runReported(
      db,
      folder,
      runbook(`  - id: locked
    vacuum: { tables: { include: [public.t] } }
    lock_timeout: 300ms
    retry: { attempts: 5, delay: 500ms }
`),
    );
    await waitForWorker(db, 'locked');
    await new Promise((resolve) => setTimeout(resolve, 600));
    await locker.query('rollback');
    const run = await running;
    expect(run.code).toBe(0);
    const { task } = taskOf(run, 'locked');
    expect(task.attempts.map((attempt) => attempt.status)).toEqual(
      expect.arrayContaining(['failed', 'succeeded']),
    );
    expect(task.status).toBe('succeeded');
  });
});

describe('a step timeout', () => {
  it('is timed_out with 57014', async () => {
    const run = await runReported(
      db,
      folder,
      runbook(`${SLEEP}    timeout: 1s
`),
    );
    expect(run.code).toBe(1);
    expect(taskOf(run, 'nap').attempt).toMatchObject({ status: 'timed_out', sqlstate: '57014' });
    await expectLedgerToAgree(db, run);
  });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  it('cancels what is waited for, records it and launches nothing more', async () => {
    const run = await runReported(
      db,
      folder,
      runbook(`${SLEEP}  - id: next
    needs: [nap]
    sql: INSERT INTO effect VALUES ('never')
`),
      { signalAfter: { signal, seen: /nap\/1 launched/, ms: 200 } },
    );
    expect(run.code).toBe(code);
    expect(run.report.run).toMatchObject({ status: 'cancelled', exit_code: code });
    expect(taskOf(run, 'nap').attempt).toMatchObject({ status: 'cancelled', sqlstate: '57014' });
    expect(stepOf(run, 'next').status).toBe('cancelled');
    await expectLedgerToAgree(db, run);
    await db.assertNoLeaks();
  });
});

describe('a second signal', () => {
  it('leaves at once, and says which workers run on', async () => {
    const nap = runbook(`  - id: stubborn
    transaction: false
    sql: CALL stubborn()
    timeout: 20s
`);
    await db.query(`create procedure stubborn() language plpgsql as $$
      begin
        for i in 1..40 loop
          begin perform pg_sleep(0.1); exception when query_canceled then null; end;
        end loop;
      end $$`);
    const run = await runReported(db, folder, nap, {
      signalAfter: [
        { signal: 'SIGINT', seen: /stubborn\/1 launched/, ms: 300 },
        { signal: 'SIGINT', seen: /asked to stop/, ms: 100 },
      ],
    });
    expect(run.code).toBe(130);
    expect(run.stderr).toMatch(/left at once; workers that may still run: stubborn\/1 as pid \d+/);
    // What is on disk is what was true when it was written: the run goes on.
    expect(run.report.run).toMatchObject({ status: 'running', finished_at: null });
    await db.assertNoLeaks(10_000);
  });
});

describe('a worker that somebody stops', () => {
  it.each([
    ['pg_cancel_backend', '57014'],
    ['pg_terminate_backend', '57014'],
  ])('with %s is cancelled, and not by us', async (fn, sqlstate) => {
    const running = runReported(db, folder, runbook(SLEEP));
    const pid = await waitForWorker(db, 'nap');
    await db.query(`select ${fn}($1)`, [pid]);
    const run = await running;
    expect(run.code).toBe(1);
    expect(taskOf(run, 'nap')).toMatchObject({
      task: { status: 'cancelled' },
      attempt: { sqlstate, message: expect.stringContaining('another session') as string },
    });
    await expectLedgerToAgree(db, run);
  });
});

describe('a lost connection', () => {
  it('is made anew; workers are adopted, and what leaves no proof is unknown, exit 4', async () => {
    await db.query(`create procedure long_call() language plpgsql as $$
      begin insert into effect values ('call'); commit; perform pg_sleep(2); end $$`);
    const running = runReported(
      db,
      folder,
      runbook(
        `  - id: nap
    sql: INSERT INTO effect VALUES ('adopted'); SELECT pg_sleep(4)
  - id: call
    transaction: false
    sql: CALL long_call()
  - id: never
    needs: [nap]
    sql: INSERT INTO effect VALUES ('never')
`,
        'budget: { workers: 3 }\ndefaults: { timeout: 30s }',
      ),
    );
    await waitForWorker(db, 'call');
    await waitForWorker(db, 'nap');
    await db.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'pg-runbook:control:%' and datname = current_database()`);
    const run = await running;
    expect(run.code).toBe(4);
    expect(run.report.run).toMatchObject({ status: 'unknown', exit_code: 4 });
    expect(run.report.run.reason).toContain('the connection was lost');
    expect(taskOf(run, 'nap').task).toMatchObject({ status: 'succeeded' });
    expect(taskOf(run, 'call').task.status).toBe('unknown');
    expect(stepOf(run, 'never').status).toBe('skipped');
    const effects = await db.rows("select * from effect where what in ('adopted', 'never')");
    expect(effects).toEqual([{ what: 'adopted' }]);
    await expectLedgerToAgree(db, run);
    await db.assertNoLeaks();
  });
});

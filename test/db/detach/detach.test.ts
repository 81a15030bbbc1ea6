import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, runReported, taskOf, useFolder } from '../engine/support.js';
import { about, statuses, until, workersLeft } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`
  create table effect (what text);
  create schema six;
  do $$ begin for i in 1..6 loop
    execute format('create table six.t%s (id int)', i);
    execute format('insert into six.t%s select generate_series(1, 20000)', i);
    execute format('create index t%s_i on six.t%s (id)', i, i);
  end loop; end $$`);

const DETACHED = `
budget: { workers: 4 }
defaults: { timeout: 30s, on_failure: continue, policy: detach }`.trim();

const taskReason = (report: ReportV1): string => report.steps[0]?.tasks[0]?.reason ?? '';

describe('a detached step', () => {
  it('lets the run end at once with exit 0, the id and the next commands; its outcome comes later', async () => {
    const steps =
      "  - id: later\n    sql: SELECT pg_sleep(2); INSERT INTO effect VALUES ('later')\n";
    const run = await runReported(db, folder, runbook(steps, DETACHED));
    const { id } = run.report.run;
    expect(run.code, run.stderr).toBe(0);
    expect(run.report.run).toMatchObject({ status: 'detached', exit_code: 0, finished_at: null });
    expect(run.report.steps[0]).toMatchObject({ status: 'detached' });
    const next = ['status', 'wait', 'cancel'].map((command) => `pg-runbook ${command} ${id}`);
    expect(run.report.run.next_commands).toEqual(next);
    for (const command of next) expect(run.stdout).toContain(command);
    expect(await db.rows('select * from effect')).toEqual([]);

    const waited = await about(db, 'wait', id);
    expect(waited.code, waited.stderr).toBe(0);
    expect(waited.report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
    expect(statuses(waited.report)).toEqual({ 'later/1': 'succeeded' });
    expect(await db.rows('select * from effect')).toEqual([{ what: 'later' }]);
    expect(await workersLeft(db)).toEqual([]);
  });

  it('of six concurrent rebuilds, the client killed at once, tells six outcomes, one of them a failure', async () => {
    const locker = await db.connect();
    await locker.query('begin; lock table six.t4');
    const steps =
      '  - id: rebuild\n    reindex: { indexes: { include: ["six.*"], order_by: name } }\n    concurrency: 2\n    lock_timeout: 500ms\n';
    const killed = await runReported(db, folder, runbook(steps, DETACHED), {
      signalAfter: { signal: 'SIGKILL', seen: /rebuild: detached/ },
    });
    const { id } = killed.report.run;
    const waited = await about(db, 'wait', id);
    await locker.query('rollback');
    expect(waited.code).toBe(1);
    expect(statuses(waited.report)).toEqual({
      'rebuild/1': 'succeeded',
      'rebuild/2': 'succeeded',
      'rebuild/3': 'succeeded',
      'rebuild/4': 'failed',
      'rebuild/5': 'succeeded',
      'rebuild/6': 'succeeded',
    });
    expect(waited.report.steps[0]?.tasks[3]).toMatchObject({
      targets: [{ sqlstate: '55P03' }],
      attempts: [
        {
          sqlstate: '55P03',
          message: expect.stringContaining(
            'lock_timeout (500ms) for a lock on six.t4: pid',
          ) as string,
        },
      ],
    });
    for (const { attempts, targets } of waited.report.steps[0]?.tasks ?? []) {
      expect(attempts[0]?.pid).toEqual(expect.any(Number));
      expect(attempts[0]?.cookie).toMatch(/^-?\d+$/);
      expect(targets[0]?.evidence.before).not.toBeNull();
    }
    expect(waited.report.run).toMatchObject({
      status: 'failed',
      exit_code: 1,
      reason: '1 task did not succeed',
    });
    expect(await workersLeft(db)).toEqual([]);
    expect(await db.rows('select 1 from pg_index where not indisvalid')).toEqual([]);
  });

  it('whose tasks have all ended has ended in the report of its run, though its supervisor is held up', async () => {
    const steps =
      '  - id: quick\n    sql: SELECT pg_sleep(1)\n  - id: slow\n    sql: SELECT pg_sleep(4)\n    policy: wait\n';
    const running = runReported(db, folder, runbook(steps, DETACHED));
    const holder = await db.connect();
    await until(db, `select from runbook.attempt where step_id = 'quick' and status = 'running'`);
    await holder.query(`begin; select from runbook.step where step_id = 'quick' for no key update`);
    await until(db, `select from runbook.step where step_id = 'slow' and status = 'succeeded'`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await holder.query('rollback');
    const { report, code, stderr } = await running;
    expect(code, stderr).toBe(0);
    expect(report.steps.map(({ id, status }) => [id, status])).toEqual([
      ['quick', 'succeeded'],
      ['slow', 'succeeded'],
    ]);
    expect(report.run).toMatchObject({
      status: 'succeeded',
      finished_at: expect.any(String) as string,
    });
  });

  it('retries, splits packs and skips by the rules of waited ones', async () => {
    await db.query(`
      create schema pack;
      create table pack.good (i int); create table pack.bad (i int); create table pack.also (i int);
      insert into pack.bad select generate_series(1, 10)`);
    const locker = await db.connect();
    await locker.query('begin; lock table pack.bad');
    const steps = `  - id: vacuum
    vacuum: { tables: { include: ["pack.*"] }, options: { analyze: true } }
    lock_timeout: 200ms
    retry: { attempts: 2, delay: 100ms, on: [lock_not_available] }
`;
    const run = await runReported(db, folder, runbook(steps, DETACHED));
    const waited = await about(db, 'wait', run.report.run.id);
    await locker.query('rollback');
    const tasks = waited.report.steps[0]?.tasks ?? [];
    const targets = tasks.flatMap((task) => task.targets);
    const byName = Object.fromEntries(targets.map((t) => [t.name, [t.status, t.sqlstate]]));
    expect(byName).toEqual({
      'pack.good': ['succeeded', null],
      'pack.also': ['succeeded', null],
      'pack.bad': ['failed', '55P03'],
    });
    expect(Math.max(...tasks.map((task) => task.attempts.length))).toBeGreaterThanOrEqual(2);
    expect(await workersLeft(db)).toEqual([]);
  });

  it('obeys on_failure: stop, and says what was not launched', async () => {
    const steps = `  - id: views
    on_failure: stop
    refresh: { views: { include: ["views.*"] } }
`;
    await db.query(`create schema views;
      create materialized view views.a as select 1 / i as one from (values (1)) v(i);
      create table views.base (i int);
      create materialized view views.b as select 1 / i as one from views.base;
      create materialized view views.c as select * from views.b;
      insert into views.base values (0)`);
    const run = await runReported(db, folder, runbook(steps, DETACHED));
    const waited = await about(db, 'wait', run.report.run.id);
    expect(waited.code).toBe(1);
    expect(waited.report.steps[0]?.status).toBe('failed');
    expect(Object.values(statuses(waited.report)).filter((s) => s === 'skipped')).toHaveLength(1);
    expect(waited.report.steps[0]?.tasks.at(-1)?.reason).toContain('on_failure: stop');
  });

  it('that holds on is cancelled from anywhere, which is not to detach: it stops', async () => {
    const steps = `  - id: long
    sql: SELECT pg_sleep(30)
  - id: other
    sql: SELECT pg_sleep(1)
`;
    const run = await runReported(db, folder, runbook(steps, DETACHED.replace('4', '6')));
    const { id } = run.report.run;
    await until(
      db,
      "select 1 from runbook.attempt where step_id = 'long' and status = 'running' and run_id = $1",
      [id],
    );
    const cancelled = await about(db, 'cancel', id, '--step', 'long');
    expect(cancelled.code, cancelled.stderr).toBe(0);
    expect(cancelled.stdout).toMatch(/long +cancelled/);
    const waited = await about(db, 'wait', id);
    expect(statuses(waited.report)).toEqual({ 'long/1': 'cancelled', 'other/1': 'succeeded' });
    expect(taskOf({ ...run, report: waited.report }, 'long').attempt.sqlstate).toBe('57014');
    expect(waited.code).toBe(1);
    const again = await about(db, 'cancel', id);
    expect([again.code, again.stderr.includes('run_ended')]).toEqual([3, true]);
  });

  it('whose supervisor dies is handed over again while others wait for its relation', async () => {
    await db.query('create table shared_one (i int primary key)');
    const locker = await db.connect();
    await locker.query('begin; lock table shared_one');
    const steps = `  - id: rebuild
    reindex: { tables: { include: [public.shared_one] } }
  - id: vacuum
    policy: wait
    vacuum: { tables: { include: [public.shared_one] } }
`;
    const running = runReported(db, folder, runbook(steps, DETACHED));
    await until(
      db,
      "select 1 from pg_stat_activity where application_name like '%/rebuild/1' and wait_event_type = 'Lock'",
    );
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%/rebuild/supervisor'",
    );
    await until(
      db,
      'select 1 from runbook.supervisor group by run_id, step_id having count(*) > 1',
    );
    await locker.query('rollback');
    const run = await running;
    expect(run.code, run.stderr).toBe(0);
    expect(statuses(run.report)).toEqual({ 'rebuild/1': 'succeeded', 'vacuum/1': 'succeeded' });
    expect(await workersLeft(db)).toEqual([]);
  });

  it('whose supervisor cannot be launched fails, and says why', async () => {
    await db.query(
      'alter function pgbg.pg_background_launch(text, int4, text) rename to moved_away',
    );
    try {
      const run = await runReported(
        db,
        folder,
        runbook('  - id: s\n    sql: SELECT 1\n', DETACHED),
      );
      expect(run.code).toBe(1);
      expect(taskReason(run.report)).toContain('could not be handed over to a supervisor');
    } finally {
      await db.query(
        'alter function pgbg.moved_away(text, int4, text) rename to pg_background_launch',
      );
    }
  });
});

describe('wait', () => {
  it('gives up after its timeout with 75, and the run goes on', async () => {
    const run = await runReported(
      db,
      folder,
      runbook('  - id: s\n    sql: SELECT pg_sleep(3)\n', DETACHED),
    );
    const { id } = run.report.run;
    const early = await about(db, 'wait', id, '--timeout', '500ms');
    expect(early.code).toBe(75);
    expect(early.report.run.status).toBe('detached');
    expect((await about(db, 'wait', id)).code).toBe(0);
  });
});

describe('status', () => {
  it('without a run lists the last ones, a line each; an id may be shortened', async () => {
    const { stdout, code } = await runCli(['status'], { env: db.env });
    expect(code).toBe(0);
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
    expect(ids.length).toBeGreaterThan(4);
    expect((await about(db, 'status', ids[0] ?? '')).report.run.id).toBe(ids[0]);
    expect((await about(db, 'status', 'latest')).report.run.id).toBe(ids[0]);
    const ambiguous = await about(db, 'status', (ids[0] ?? '').slice(0, 4));
    expect([ambiguous.code, ambiguous.stderr.includes('several runs')]).toEqual([2, true]);
    const unknown = await about(db, 'status', 'nothing-like-that');
    expect([unknown.code, unknown.stderr.includes('[run_not_found]')]).toEqual([2, true]);
  });
});

describe('the supervisor', () => {
  it('in five seconds of waiting never holds a snapshot for one', async () => {
    const steps = '  - id: s\n    sql: SELECT pg_sleep(6)\n';
    const run = await runReported(db, folder, runbook(steps, DETACHED));
    let oldest = 0;
    let looks = 0;
    for (const end = Date.now() + 5_000; Date.now() < end;) {
      // A snapshot is no older than its transaction; its xmin may be, by transactions of others.
      const rows = await db.rows<{ ms: number }>(
        `select extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms
           from pg_stat_activity where backend_xmin is not null and datname = current_database()
            and application_name like '%/supervisor'`,
      );
      looks += rows.length;
      oldest = Math.max(oldest, ...rows.map(({ ms }) => ms));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.info(`the supervisor's oldest snapshot in 5 s: ${oldest.toFixed(0)} ms`);
    expect(looks).toBeGreaterThan(25);
    expect(oldest).toBeLessThan(1_000);
    expect((await about(db, 'wait', run.report.run.id)).code).toBe(0);
  }, 40_000);
});

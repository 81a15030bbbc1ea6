import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrateLedger, type ReportV1 } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { stepOf, taskOf } from '../support/report.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';
import { about, until } from '../detach/support.js';
import { runCli } from '../../support/cli.js';
import { runReported, useFolder } from '../engine/support.js';

const folder = useFolder();
const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

async function fill(rows: number): Promise<void> {
  await db.query(`drop table if exists t;
    create table t (id int primary key, hits int not null default 0, note text);
    insert into t (id) select generate_series(1, ${String(rows)}); analyze t`);
}

const walk = (more = '', set = 'hits: hits + 1'): string =>
  runbookOf(`
    - id: walk
      backfill:
        table: public.t
        key: id
        set: { ${set} }
        batch: { rows: 200, max_rows: 1000, target_duration: 100ms }
      ${more}`);

const hits = (): Promise<unknown[]> =>
  db.rows('select hits, count(*)::int from t group by hits order by hits');

/** The report of the last run, as the ledger has it. */
async function last(): Promise<ReportV1> {
  return (await about(db, 'status', 'latest')).report;
}

function lastAttempt(
  report: ReportV1,
): ReportV1['steps'][number]['tasks'][number]['attempts'][number] {
  const attempt = taskOf(report, 'walk').attempts.at(-1);
  if (attempt === undefined) throw new Error('it was never tried');
  return attempt;
}

/** A session that a failed test cannot leave in the way of the next. */
async function holder(): Promise<pg.Client> {
  const client = await db.connect();
  onTestFinished(() => client.end());
  return client;
}

const SLOW_BATCH = 'batch: { rows: 2400, min_rows: 3000, max_rows: 3000, target_duration: 20s }';
const SLEEPING =
  "select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database() and application_name like 'pg-runbook/%'";

describe('a batch in trouble', () => {
  it('gives way to a lock, tries fewer rows, and goes on when it is free', async () => {
    await fill(5000);
    const locker = await holder();
    await locker.query('begin');
    await locker.query('update t set note = note where id = 2600');
    const running = runYaml(db, walk('lock_timeout: 50ms'));
    // All the rows before the one that is locked are done and committed, one by one in the end.
    await until(db, 'select from t where hits = 1 having count(*) = 2599');
    await until(db, 'select from runbook.batch_part where halvings > 8');
    expect(await db.rows('select count(*)::int from t where hits = 1')).toEqual([{ count: 2599 }]);
    await locker.query('commit');
    const report = await running;
    expect(report.run.status).toBe('succeeded');
    expect(await hits()).toEqual([{ hits: 1, count: 5000 }]);
    expect(stepOf(report, 'walk').progress?.halvings).toBeGreaterThan(5);
  });

  it('fails clearly when one row alone cannot be had, and resume goes on after it', async () => {
    await fill(3000);
    const locker = await holder();
    await locker.query('begin');
    await locker.query('update t set note = note where id = 1234');
    const report = await runYaml(db, walk('lock_timeout: 10ms'));
    const attempt = lastAttempt(report);
    expect(taskOf(report, 'walk').status).toBe('failed');
    expect(attempt.sqlstate).toBe('55P03');
    expect(attempt.message).toMatch(
      /^the row with the key \[1234\] could not be done, tried 8 times: canceling statement due to lock timeout/,
    );
    expect(await db.rows('select count(*)::int from t where hits = 1')).toEqual([{ count: 1233 }]);
    expect((await last()).run.next_commands).toEqual([`pg-runbook resume ${report.run.id}`]);
    await locker.query('rollback');
    const resumed = await runCli(['resume', report.run.id], { env: db.env });
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(await hits()).toEqual([{ hits: 1, count: 3000 }]);
  });

  it('finds the one row that is bad among good ones, and names it', async () => {
    await fill(3000);
    await db.query("update t set note = 'bad' where id = 777");
    const bad = "hits: case when note = 'bad' then 1 / (hits - hits) else hits + 1 end";
    const report = await runYaml(db, walk('', bad));
    const attempt = lastAttempt(report);
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '22012' });
    expect(attempt.message).toBe('the row with the key [777] could not be done: division by zero');
    expect(await db.rows('select count(*)::int from t where hits = 1')).toEqual([{ count: 776 }]);
  });

  it('does not look for a row where no row is to blame', async () => {
    await fill(3000);
    await db.query(`create function broken() returns trigger language plpgsql as
      $$ begin perform nothing_there(); return new; end $$;
      create trigger broken before update on t for each row execute function broken()`);
    const report = await runYaml(db, walk());
    const attempt = lastAttempt(report);
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '42883' });
    expect(stepOf(report, 'walk').progress?.halvings).toBe(1);
  });

  /** Rows that take long enough for others to get in the way of the one batch that has them all. */
  async function fillSlow(): Promise<void> {
    await fill(3000);
    await db.query(`create or replace function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.0005); return new; end $$;
      create trigger slow before update of hits on t for each row execute function slow()`);
  }
  const walkSlowly = (settings: string): string =>
    walk(`settings: { ${settings} }`).replace(/batch: .*/, SLOW_BATCH);

  it('survives a deadlock with a session that takes rows the other way round', async () => {
    await fillSlow();
    const other = await holder();
    await other.query("set deadlock_timeout = '10s'");
    await other.query('begin');
    await other.query('update t set note = note where id = 2000');
    const running = runYaml(db, walkSlowly('deadlock_timeout: 10ms'));
    await until(db, SLEEPING);
    await sleep(100);
    // It waits for the batch, which will come to wait for it.
    await other.query('update t set note = note where id = 1');
    await other.query('commit');
    const report = await running;
    expect(report.run.status).toBe('succeeded');
    expect(await hits()).toEqual([{ hits: 1, count: 3000 }]);
    expect(stepOf(report, 'walk').progress?.halvings).toBeGreaterThan(0);
  });

  it('is tried again after a serialization failure', async () => {
    await fill(3000);
    // As a foreign server would raise it, once.
    await db.query(`create sequence failures; create function fails_once() returns trigger language plpgsql as
      $$ begin
        if nextval('failures') = 1 then raise exception 'elsewhere' using errcode = '40001'; end if;
        return new;
      end $$;
      create trigger fails_once before update on t for each row when (new.id = 2900) execute function fails_once()`);
    const report = await runYaml(db, walk());
    expect(report.run.status).toBe('succeeded');
    expect(await hits()).toEqual([{ hits: 1, count: 3000 }]);
    expect(stepOf(report, 'walk').progress?.halvings).toBe(1);
  });

  it('waits for rows of the ledger whatever the step waits for its own', async () => {
    await fillSlow();
    const running = runYaml(db, walk('lock_timeout: 50ms'));
    const part = `select from runbook.batch_part p join runbook.run r using (run_id)
      where r.finished_at is null and p.batches > 0`;
    await until(db, part);
    const other = await holder();
    await other.query('begin');
    await other.query(`${part} for update of p`);
    await until(
      db,
      "select from pg_stat_activity where wait_event = 'transactionid' and datname = current_database()",
    );
    await sleep(500);
    await other.query('commit');
    const report = await running;
    expect(report.run, JSON.stringify(report.steps)).toMatchObject({ status: 'succeeded' });
    expect(await hits()).toEqual([{ hits: 1, count: 3000 }]);
    expect(stepOf(report, 'walk').progress?.halvings).toBe(0);
  });

  it('says so when it is the table that is locked, and no row', async () => {
    await fill(100);
    const locker = await holder();
    const running = runYaml(
      db,
      runbookOf(`
        - id: walk
          backfill: { table: public.t, key: id, set: { hits: hits + 1 }, batch: { rows: 1, max_rows: 1, pause: 200ms } }
          lock_timeout: 10ms`),
    );
    await until(db, 'select from t where hits = 1 having count(*) > 2');
    await locker.query('begin; lock table t');
    const report = await running;
    await locker.query('rollback');
    expect(lastAttempt(report).message).toMatch(
      /^the next row could not be done, tried 8 times: canceling statement due to lock timeout/,
    );
  });

  it('rolls back what the archive did not take', async () => {
    await fill(1000);
    await db.query(`create table kept (like t);
      create function refuse() returns trigger language plpgsql as
      $$ begin if new.id = 500 then return null; end if; return new; end $$;
      create trigger refuse before insert on kept for each row execute function refuse()`);
    const report = await runYaml(
      db,
      runbookOf(`
        - id: walk
          purge: { table: public.t, key: id, where: 'id <= 900', archive_to: public.kept, batch: { rows: 100 } }`),
    );
    const attempt = lastAttempt(report);
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '23000' });
    expect(attempt.message).toBe(
      'the row with the key [500] could not be done: of 1 rows deleted only 0 arrived in the archive',
    );
    expect(
      await db.rows(
        'select (select count(*)::int from t) as t, (select count(*)::int from kept) as kept',
      ),
    ).toEqual([{ t: 501, kept: 499 }]);
  });

  it('finds the row that a deferred constraint would refuse at the commit', async () => {
    await fill(1000);
    await db.query(`create table child (id int references t deferrable initially deferred);
      insert into child values (321)`);
    const report = await runYaml(
      db,
      runbookOf(`
        - id: walk
          purge: { table: public.t, key: id, where: 'true', batch: { rows: 200 } }`),
    );
    await db.query('drop table child');
    const attempt = lastAttempt(report);
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '23503' });
    expect(attempt.message).toMatch(
      /^the row with the key \[321\] could not be done: update or delete/,
    );
    expect(await db.rows('select count(*)::int from t where id < 321')).toEqual([{ count: 0 }]);
  });

  it('goes on to rows that were added behind it, after each resume, and counts anew', async () => {
    await fill(1000);
    await db.query('update t set hits = -1 where id = 5');
    const report = await runYaml(
      db,
      runbookOf(`
        - id: walk
          backfill: { table: public.t, key: id, set: { hits: 'greatest(hits + 1, 0)' }, where: hits = 0 or id = 5 }`),
    );
    for (let round = 1; round <= 4; round += 1) {
      await db.query(
        `insert into t (id) select 1000 * ${String(round)} + i from generate_series(1, 3) i`,
      );
      const resumed = await runCli(['resume', report.run.id], { env: db.env });
      expect(resumed.stderr).toMatch(/1 rows still match/);
      expect((await last()).steps[0]?.progress?.rows_left).toBe(1);
    }
    await db.query('delete from t where id = 5');
    const resumed = await runCli(['resume', report.run.id], { env: db.env });
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect((await last()).steps[0]?.progress).toMatchObject({ rows_left: 0 });
    expect(await db.rows('select count(*)::int from t where hits = 0')).toEqual([{ count: 0 }]);
  });

  it('calls no operator that somebody has put in the way', async () => {
    await fill(3000);
    const pairs = [
      ['float8', 'int'],
      ['int', 'float8'],
      ['float8', 'bigint'],
      ['bigint', 'float8'],
      ['numeric', 'int'],
      ['bigint', 'numeric'],
    ] as const;
    const operators = ['/', '*', '+', '-', '<', '>', '<=', '>=', '=', '^'];
    onTestFinished(async () => {
      await db.query('drop schema traps cascade');
    });
    await db.query('create schema traps');
    for (const [left, right] of pairs) {
      await db.query(`create function traps.f(${left}, ${right}) returns boolean language plpgsql as
        $$ begin raise exception 'trapped'; end $$`);
      for (const name of operators) {
        await db.query(
          `create operator public.${name} (function = traps.f, leftarg = ${left}, rightarg = ${right})`,
        );
      }
    }
    const throttle = "throttle: { sql: 'select true', wal_rate: 1TB, replica_lag: { max: 1s } }";
    const yaml = walk().replace(/^( *)batch:/m, `$1${throttle}\n$1batch:`);
    const { report } = await runReported(db, folder, yaml.replace('name: test', 'name: trapped'));
    expect(report.run, JSON.stringify(report.steps)).toMatchObject({ status: 'succeeded' });
  });

  it('ends as failed when rows that match are left, and says how many', async () => {
    await fill(1000);
    const yaml = (remaining: number): string =>
      runbookOf(`
        - id: walk
          backfill:
            table: public.t
            key: id
            set: { hits: "case when id % 100 = 0 then 0 else 1 end" }
            where: hits = 0
            remaining: ${String(remaining)}`);
    const report = await runYaml(db, yaml(9));
    const attempt = lastAttempt(report);
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: 'P0004' });
    expect(attempt.message).toMatch(/^10 rows still match `where`, and 9 may remain/);
    expect(stepOf(report, 'walk').progress?.rows_left).toBe(10);
    expect((await runYaml(db, yaml(10))).run.status).toBe('succeeded');
  });
});

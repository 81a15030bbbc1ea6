import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { about, until } from '../detach/support.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);
await db.query('create table t as select generate_series(1, 1000) id; create index t_i on t (id)');

const head = 'bystanders: { max_blocked: 2, for: 500ms }';
const rebuild = (name: string, more = ''): string =>
  runbookOf(
    `\n  - id: one\n    reindex: { indexes: { include: [public.t_i] }, concurrently: false }${more}`,
    head,
  ).replace('name: test', `name: ${name}`);

const task = (report: ReportV1): Task => report.steps[0]!.tasks[0]!;
const WAITING = `select count(*)::int as n from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock'
                    and application_name = 'reader'`;

let holder: pg.Client;

/** A reader that has the index open: our rebuild waits for it, and all who come later wait for ours. */
beforeEach(async () => {
  holder = await db.connect();
  await holder.query('begin; set local enable_seqscan = off; select * from t where id = 1');
});

async function queueUp(readers: number, name: string): Promise<Promise<unknown>[]> {
  const waits = `select 1 from pg_locks l join pg_stat_activity a using (pid)
                  where not l.granted and a.application_name like 'pg-runbook/%/one/1'
                    and a.datname = current_database()`;
  await until(db, `select 1 from runbook.run where runbook_name = $1`, [name]);
  await until(db, waits);
  const clients = await Promise.all(
    Array.from({ length: readers }, () => db.connect({ application_name: 'reader' })),
  );
  return clients.map((client) => client.query('select count(*) from t where id = 2'));
}

describe('sessions that queue behind a worker of ours', () => {
  it('are let through: it is cancelled, backs off and tries again', async () => {
    const run = runYaml(db, rebuild('gives-way'));
    const readers = await queueUp(4, 'gives-way');
    // All of them come through while the holder still holds.
    await Promise.all(readers);
    await holder.query('rollback');
    const report = await run;
    expect(report.run.status).toBe('succeeded');
    const [first, ...others] = task(report).attempts;
    expect(first).toMatchObject({ status: 'cancelled' });
    expect(first?.message).toMatch(/^it gave way to sessions that queued behind it/);
    expect(others.at(-1)?.status).toBe('succeeded');
    const gap = Date.parse(others[0]?.launched_at ?? '') - Date.parse(first?.finished_at ?? '');
    expect(gap).toBeGreaterThan(2_000);
  });

  it('are let through by a supervisor, too', async () => {
    const report = await runYaml(db, rebuild('supervised', '\n    policy: detach'));
    await Promise.all(await queueUp(4, 'supervised'));
    await holder.query('rollback');
    const waited = await about(db, 'wait', report.run.id);
    expect(waited.code).toBe(0);
    expect(task(waited.report).attempts.map(({ status }) => status)).toContain('cancelled');
  });

  it('may wait when they are few', async () => {
    const run = runYaml(db, rebuild('few'));
    const readers = await queueUp(2, 'few');
    await expect.poll(() => db.rows(WAITING), { timeout: 10_000 }).toEqual([{ n: 2 }]);
    await db.query('select pg_sleep(2.5)');
    expect(await db.rows(WAITING)).toEqual([{ n: 2 }]);
    await holder.query('rollback');
    await Promise.all(readers);
    const report = await run;
    expect(task(report).attempts).toMatchObject([{ status: 'succeeded' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { buildPlan, readServerInfo } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { untilRemovable } from '../../support/horizon.js';
import { attemptsOf, statusByTarget, stepOf, targetOf, taskOf } from '../support/report.js';
import { useRole } from '../support/roles.js';
import {
  connectionTo,
  loadYaml,
  planYaml,
  runbookOf,
  runYaml,
  withSession,
} from '../support/run-yaml.js';

const db = await useTestDatabase();
const small = await useRole(db);

const count = async (table: string): Promise<number> => {
  const sql = 'select pg_stat_get_vacuum_count($1::regclass::oid)::int as n';
  return (await db.rows<{ n: number }>(sql, [table]))[0]?.n ?? -1;
};

const vacuum = (tables: string, options = '{}'): string =>
  runbookOf(`
    - id: v
      vacuum: { tables: { ${tables} }, options: ${options} }`);

/** Names of the planned targets, in order. */
async function planned(tables: string): Promise<string[]> {
  const plan = await planYaml(db, vacuum(tables));
  return plan.steps[0]!.tasks.flatMap((task) => task.targets.map((target) => target.name));
}

describe('vacuum: discovery', async () => {
  await db.query(`
    create schema d; create schema "we""ird";
    create table d.a (id int primary key); create table d.b (id int); create table d.c (id int);
    create table d."select" (id int); create table "we""ird"."größe 🐘" (id int);
    create table d.part (id int) partition by range (id);
    create table d.part_1 partition of d.part for values from (0) to (10);
    create materialized view d.view as select 1 as one;
    create view d.plain as select 1 as one;
    create sequence d.seq;
    insert into d.a select generate_series(1, 1000);
    insert into d.b select generate_series(1, 20000);
    insert into d.c select generate_series(1, 100);
    delete from d.a where id <= 900;
    delete from d.b where id <= 1000;
    select pg_stat_force_next_flush()`);
  await db.query('vacuum d.c');

  it.each([
    ['include: ["d.*"], order_by: name', 'd."select" d.a d.b d.c d.part_1 d.view'],
    ['include: ["d.*"], exclude: ["*.part*", "d.v*"], order_by: name', 'd."select" d.a d.b d.c'],
    ['include: ["d.part"]', 'd.part_1'],
    ['include: ["d.part*"], exclude: ["d.part"]', ''],
    ['include: ["*.select"]', 'd."select"'],
    ['include: [\'"we""ird"."größe 🐘"\']', '"we""ird"."größe 🐘"'],
    ['include: ["*.größe*"]', '"we""ird"."größe 🐘"'],
    ['include: ["d.?"], order_by: name', 'd.a d.b d.c'],
    ['include: ["d.?"], order_by: dead_rows', 'd.b d.a d.c'],
    ['include: ["d.?"], order_by: size, limit: 1', 'd.b'],
    ['include: ["d.?"], order_by: xid_age, limit: 2', 'd.a d.b'],
    ['include: ["d.*"], min_dead_rows: 901', 'd.b'],
    ['include: ["d.*"], min_dead_ratio: 0.5', 'd.a'],
    ['include: ["d.*"], min_size: 500kB', 'd.b'],
    ['include: ["d.?"], max_size: 40kB, order_by: name', 'd.c'],
    ['include: ["d.*"], min_xid_age: 2000000000', ''],
    ['include: ["d.?"], not_vacuumed_for: 1h, order_by: name', 'd.a d.b'],
    ['include: ["d.?"], not_vacuumed_for: 90d, order_by: name', 'd.a d.b'],
    ['include: ["D.*"]', ''],
    ['include: ["nowhere.*"]', ''],
  ])('%s', async (tables, names) => {
    expect((await planned(tables)).join(' ')).toBe(names);
  });

  it('tells of names that do not exist, and of patterns that match nothing', async () => {
    const plan = await planYaml(db, vacuum('include: [d.c, d.typo, "d.nothing*"]'));
    expect(plan.steps[0]!.missing).toEqual(['d.typo', 'd.nothing*']);
  });

  it('leaves out temporary, foreign and system tables unless asked for', async () => {
    await db.query('create temp table mine (id int)');
    const all = await planned('include: ["*.*"]');
    expect(all.filter((name) => /mine|pg_|information_schema/.test(name))).toEqual([]);
    expect(await planned('include: ["pg_catalog.pg_am"]')).toEqual(['pg_catalog.pg_am']);
    expect(await planned('include: ["pg_temp*.*"]')).toEqual([]);
  });
});

/** One of each value that the schema of runbooks takes. */
const OPTIONS = [
  '{ analyze: true }',
  '{ full: true }',
  '{ full: true, analyze: true }',
  '{ freeze: true }',
  '{ verbose: true }',
  '{ disable_page_skipping: true }',
  '{ skip_locked: true }',
  '{ index_cleanup: auto }',
  '{ index_cleanup: on }',
  '{ index_cleanup: off }',
  '{ truncate: false }',
  '{ process_main: false }',
  '{ process_toast: false }',
  '{ parallel: 0 }',
  '{ parallel: 2 }',
  '{ skip_database_stats: true }',
  '{ buffer_usage_limit: 1MB }',
  '{ analyze: true, verbose: true, skip_locked: true, freeze: false, truncate: true }',
];

describe('vacuum: options', async () => {
  await db.query('create table options (id int primary key, t text)');
  await db.query("insert into options values (1, repeat('x', 10))");

  it.each(OPTIONS)('the server takes %s, and the evidence is true', async (options) => {
    const report = await runYaml(db, vacuum('include: [public.options]', options));
    expect([stepOf(report).status, taskOf(report).reason]).toEqual(['succeeded', null]);
  });

  it('a table on which the options leave nothing to do is left out, with the reason', async () => {
    await db.query('create table plain (id int)');
    const leftOut = async (options: string): Promise<unknown> =>
      (await planYaml(db, vacuum('include: [public.plain, public.options]', options))).steps[0]!
        .left_out;
    expect(await leftOut('{ process_main: false }')).toMatchObject([{ name: 'public.plain' }]);
    expect(await leftOut('{ process_main: false, process_toast: false }')).toHaveLength(2);
  });

  it.each([
    ['{ process_main: false }', 150_000],
    ['{ skip_database_stats: true }', 150_000],
    ['{ buffer_usage_limit: 1MB }', 150_000],
  ])('%s is refused when planning for a server that lacks it', async (options, versionNumber) => {
    const runbook = await loadYaml(vacuum('include: [public.options]', options));
    const plan = withSession(connectionTo(db), async (session) => {
      const server = { ...(await readServerInfo(session)), versionNumber, version: '15.1' };
      return buildPlan(session, runbook, server, new Date());
    });
    await expect(plan).rejects.toMatchObject({ code: 'option_not_supported', exitCode: 3 });
  });
});

/** Gives out this many transaction and multixact IDs: a row's lock, taken twice in each transaction. */
const GIVEN_OUT = 3000;
const GIVE_OUT = `do $$ begin
    for i in 1..${String(GIVEN_OUT)} loop
      perform from ages.lock where id = 1 for key share;
      begin update ages.lock set n = n + 1 where id = 1; exception when division_by_zero then null; end;
      commit;
    end loop;
  end $$`;

describe('vacuum: ages', async () => {
  await db.query(`create schema ages;
    create table ages.with_toast (id int primary key, t text); create table ages.without (id int);
    create table ages.lock (id int primary key, n int); insert into ages.lock values (1, 0)`);
  await db.query('vacuum (freeze) ages.with_toast');
  await db.query(GIVE_OUT);
  await db.query('vacuum (freeze, process_toast false) ages.with_toast');
  await db.query('vacuum (freeze) ages.without');

  /** The age of the TOAST table, which other tests can only make greater. */
  async function toastAge(age: string): Promise<string> {
    const rows = await db.rows<{ age: number }>(
      `select ${age} as age from pg_class c join pg_class t on c.reltoastrelid = t.oid
        where c.oid = 'ages.with_toast'::regclass`,
    );
    return String(rows[0]?.age);
  }

  it.each([
    ['xid_age', 'age(t.relfrozenxid)'],
    ['mxid_age', 'mxid_age(t.relminmxid)'],
  ])('%s: a table is as old as its TOAST table', async (name, sql) => {
    const tables = 'include: ["ages.with*"]';
    expect(await planned(`${tables}, min_${name}: ${await toastAge(sql)}`)).toEqual([
      'ages.with_toast',
    ]);
    expect(await planned(`${tables}, order_by: ${name}`)).toEqual([
      'ages.with_toast',
      'ages.without',
    ]);
  });

  it('the evidence has both ages, and VACUUM of both tables makes both young', async () => {
    const report = await runYaml(db, vacuum('include: [ages.with_toast]', '{ freeze: true }'));
    const { evidence } = targetOf(report, 'ages.with_toast');
    for (const age of ['xid_age', 'mxid_age']) {
      const younger = Number(evidence.before?.[age]) - Number(evidence.after?.[age]);
      expect([age, younger]).toEqual([age, expect.toSatisfy((n: number) => n > GIVEN_OUT / 2)]);
    }
  });
});

describe('vacuum: truth', () => {
  it('the evidence is what the catalogs say', async () => {
    await db.query('create table e (id int); insert into e select generate_series(1, 500)');
    await db.query('delete from e where id <= 300; select pg_stat_force_next_flush()');
    await untilRemovable(db);
    const report = await runYaml(db, vacuum('include: [public.e]', '{ analyze: true }'));
    const { before, after } = targetOf(report, 'public.e').evidence;
    expect(before).toMatchObject({ vacuum_count: 0, analyze_count: 0, dead_rows: 300 });
    expect(after).toMatchObject({
      vacuum_count: 1,
      analyze_count: 1,
      dead_rows: 0,
      live_rows: 200,
    });
    expect(await count('e')).toBe(1);
  });

  it('without permission a table is skipped, 42501, and the run says so', async () => {
    await db.query(`
      create table theirs (id int); create table ours (id int);
      alter table ours owner to ${small.user}`);
    const report = await runYaml(db, vacuum('include: [public.theirs, public.ours]'), {
      as: small,
    });
    expect(targetOf(report, 'public.theirs')).toMatchObject({
      status: 'skipped',
      sqlstate: '42501',
    });
    expect(targetOf(report, 'public.theirs').reason).toContain('permission denied');
    expect(targetOf(report, 'public.ours').status).toBe('succeeded');
    expect(report.run).toMatchObject({ status: 'failed', exit_code: 1 });
    expect(await count('theirs')).toBe(0);
    expect(await count('ours')).toBe(1);
  });

  it('skip_locked: what another session locks is skipped, 55P03, the others are done', async () => {
    await db.query('create table locked (id int); create table free (id int)');
    const holder = await db.connect();
    await holder.query('begin; lock table locked in access exclusive mode');
    const yaml = vacuum('include: [public.locked, public.free]', '{ skip_locked: true }');
    const report = await runYaml(db, yaml);
    await holder.query('rollback');
    expect(targetOf(report, 'public.locked')).toMatchObject({
      status: 'skipped',
      sqlstate: '55P03',
    });
    expect(targetOf(report, 'public.free').status).toBe('succeeded');
    expect(report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
    expect([await count('locked'), await count('free')]).toEqual([0, 1]);
  });

  it('what is dropped, renamed or replaced after the plan is skipped, its pack goes on', async () => {
    await db.query('create schema p');
    for (const name of ['dropped', 'renamed', 'replaced', 'stays', 'stays_too']) {
      await db.query(`create table p.${name} (id int)`);
    }
    const report = await runYaml(db, vacuum('include: ["p.*"]'), {
      planned: () =>
        db.query(`
          drop table p.dropped; alter table p.renamed rename to other;
          drop table p.replaced; create table p.replaced (id int)`),
    });
    expect(statusByTarget(report)).toEqual({
      'p.dropped': 'skipped',
      'p.renamed': 'skipped',
      'p.replaced': 'skipped',
      'p.stays': 'succeeded',
      'p.stays_too': 'succeeded',
    });
    expect(targetOf(report, 'p.dropped').reason).toContain('dropped');
    expect(report.run.status).toBe('succeeded');
    expect([await count('p.replaced'), await count('p.other')]).toEqual([0, 0]);
  });

  it('a pack with a bad relation is split: each of the others is done, the bad one tells why', async () => {
    await db.query('create schema s');
    await db.query(`do $$ begin for i in 1..12 loop
      execute format('create table s.t_%s (id int)', i); end loop; end $$`);
    const holder = await db.connect();
    await holder.query('begin; lock table s.t_5 in access exclusive mode');
    const report = await runYaml(
      db,
      runbookOf(`
        - id: v
          vacuum: { tables: { include: ["s.*"] } }
          lock_timeout: 300ms`),
    );
    await holder.query('rollback');
    const bad = targetOf(report, 's.t_5');
    expect(bad).toMatchObject({ status: 'failed', sqlstate: '55P03' });
    const statuses = Object.entries(statusByTarget(report)).filter(([name]) => name !== 's.t_5');
    expect(statuses).toHaveLength(11);
    for (const [name, status] of statuses) {
      expect([name, status, await count(name)]).toEqual([name, 'succeeded', 1]);
    }
    expect(attemptsOf(report).filter(({ status }) => status === 'failed').length).toBe(2);
    expect(report.run).toMatchObject({ status: 'failed', exit_code: 1 });
  });

  it('tells of rows that stay since an older snapshot still sees them', async () => {
    await db.query('create table stays (id int); insert into stays select generate_series(1, 500)');
    const reader = await db.connect();
    await reader.query('begin isolation level repeatable read; select count(*) from stays');
    await db.query('delete from stays; select pg_stat_force_next_flush()');
    const report = await runYaml(db, vacuum('include: [public.stays]'));
    await reader.query('commit');
    const target = targetOf(report, 'public.stays');
    expect(target.status).toBe('succeeded');
    expect(target.reason).toBe('500 dead rows stay: an older snapshot sees them');
  });
});

import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { attemptsOf, statusByTarget, stepOf, targetOf, taskOf } from '../support/report.js';
import { useRole } from '../support/roles.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const small = await useRole(db);

const count = async (table: string): Promise<number> => {
  const sql = 'select pg_stat_get_analyze_count($1::regclass::oid)::int as n';
  return (await db.rows<{ n: number }>(sql, [table]))[0]?.n ?? -1;
};

const analyze = (tables: string, options = '{}'): string =>
  runbookOf(`
    - id: a
      analyze: { tables: { ${tables} }, options: ${options} }
      concurrency: 4`);

async function planned(tables: string): Promise<string> {
  const plan = await planYaml(db, analyze(tables));
  const names = plan.steps[0]!.tasks.flatMap((task) => task.targets.map((target) => target.name));
  return names.join(' ');
}

describe('analyze: discovery', async () => {
  await db.query(`
    create schema d;
    create table d.a (id int); create table d.b (id int); create table d."select" (id int);
    create table d.tree (id int) partition by range (id);
    create table d.tree_1 partition of d.tree for values from (0) to (10);
    create materialized view d.view as select 1 as one;
    insert into d.a select generate_series(1, 10);
    insert into d.b select generate_series(1, 20000);
    select pg_stat_force_next_flush()`);
  await db.query('analyze d.a');

  it.each([
    ['include: ["d.*"], order_by: name', 'd."select" d.a d.b d.tree d.tree_1 d.view'],
    ['include: ["d.?"], order_by: size, limit: 1', 'd.b'],
    ['include: ["d.?"], order_by: modified_rows', 'd.b d.a'],
    // Changes in partitions do not count for the tree, and autovacuum never analyzes it.
    ['include: ["d.*"], min_modified_rows: 15', 'd.b d.tree'],
    ['include: ["d.?"], not_analyzed_for: 1h', 'd.b'],
    ['include: ["d.?"], max_size: 100kB', 'd.a'],
    ['include: ["d.?"], min_size: 100kB', 'd.b'],
    ['include: ["d.*"], exclude: ["d.tree*", "*.view"], order_by: name', 'd."select" d.a d.b'],
  ])('%s', async (tables, names) => {
    expect(await planned(tables)).toBe(names);
  });
});

describe('analyze: foreign tables', async () => {
  const [found] = await db.rows<{ name: string }>(
    `select name from pg_available_extensions where name in ('postgres_fdw', 'file_fdw')
      order by name desc limit 1`,
  );

  it.skipIf(found === undefined)('only when asked for, and to their true end', async () => {
    const options = await makeForeignTable(found!.name);
    expect(await planned('include: ["f.*"]')).toBe('f.base');
    expect(await planned('include: ["f.*"], foreign: true, order_by: name')).toBe('f.base f.far');
    const report = await runYaml(db, analyze('include: ["f.*"], foreign: true'));
    expect([options, statusByTarget(report)]).toEqual([
      options,
      { 'f.base': 'succeeded', 'f.far': 'succeeded' },
    ]);
    expect(await count('f.far')).toBe(1);
  });
});

async function makeForeignTable(wrapper: string): Promise<string> {
  await db.query('create schema f; create table f.base (id int); insert into f.base values (1)');
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE } = db.env;
  const loopback = `options (host '${PGHOST!}', port '${PGPORT!}', dbname '${PGDATABASE!}')`;
  const options =
    wrapper === 'postgres_fdw'
      ? "options (schema_name 'f', table_name 'base')"
      : "options (filename '/etc/passwd', format 'text', delimiter E'\\x01')";
  await db.query(`
    create extension ${wrapper};
    create server far foreign data wrapper ${wrapper} ${wrapper === 'postgres_fdw' ? loopback : ''};
    create foreign table f.far (id ${wrapper === 'postgres_fdw' ? 'int' : 'text'}) server far ${options}`);
  if (wrapper === 'postgres_fdw') {
    await db.query(`create user mapping for ${PGUSER!} server far
      options (user '${PGUSER!}', password '${PGPASSWORD ?? ''}')`);
  }
  return options;
}

describe('analyze: options', () => {
  it.each(['{ verbose: true }', '{ skip_locked: true }', '{ buffer_usage_limit: 512kB }'])(
    'the server takes %s',
    async (options) => {
      const report = await runYaml(db, analyze('include: [d.a]', options));
      expect([stepOf(report).status, taskOf(report).reason]).toEqual(['succeeded', null]);
    },
  );
});

describe('analyze: truth', () => {
  it('tables, partitions, their trees and materialized views: each counter went up by one', async () => {
    await db.query(`
      create schema e; create table e.t (id int); create materialized view e.v as select 1 as one;
      create table e.tree (id int, sub int) partition by range (id);
      create table e.branch partition of e.tree for values from (0) to (10) partition by list (sub);
      create table e.leaf partition of e.branch for values in (1);
      insert into e.tree values (1, 1)`);
    const report = await runYaml(db, analyze('include: ["e.*"]'));
    const names = ['e.branch', 'e.leaf', 'e.t', 'e.tree', 'e.v'];
    expect(Object.keys(statusByTarget(report)).sort()).toEqual(names);
    for (const name of names) {
      const { status, evidence } = targetOf(report, name);
      expect([name, status, await count(name)]).toEqual([name, 'succeeded', 1]);
      expect(evidence).toMatchObject({ before: { analyze_count: 0 }, after: { analyze_count: 1 } });
    }
  });

  it('without permission a table is skipped, 42501', async () => {
    await db.query('create table theirs (id int)');
    const report = await runYaml(db, analyze('include: [public.theirs]'), { as: small });
    const target = targetOf(report, 'public.theirs');
    expect(target).toMatchObject({ status: 'skipped', sqlstate: '42501' });
    expect(target.reason).toContain('permission denied');
    expect(report.run).toMatchObject({ status: 'failed', exit_code: 1 });
    expect(await count('theirs')).toBe(0);
  });

  it('the privilege MAINTAIN is enough', async () => {
    await db.query(`create table lent (id int); grant maintain on lent to ${small.user}`);
    const report = await runYaml(db, analyze('include: [public.lent]'), { as: small });
    expect(report.run.status).toBe('succeeded');
    expect(await count('lent')).toBe(1);
  });

  it('skip_locked: what another session locks is skipped, 55P03', async () => {
    await db.query('create table locked (id int); create table free (id int)');
    const holder = await db.connect();
    await holder.query('begin; lock table locked in access exclusive mode');
    const yaml = analyze('include: [public.locked, public.free]', '{ skip_locked: true }');
    const report = await runYaml(db, yaml);
    await holder.query('rollback');
    expect(targetOf(report, 'public.locked')).toMatchObject({
      status: 'skipped',
      sqlstate: '55P03',
    });
    expect(targetOf(report, 'public.free').status).toBe('succeeded');
    expect([await count('locked'), await count('free')]).toEqual([0, 1]);
  });

  it('a pack whose one relation fails is split, and nobody else suffers', async () => {
    await db.query('create schema s');
    await db.query(`do $$ begin for i in 1..6 loop
      execute format('create table s.t_%s (id int)', i); end loop; end $$`);
    // An index expression that fails makes its table's ANALYZE fail, with an error of the user's own.
    await db.query(`
      create function s.fails(int) returns int immutable language plpgsql as $$
        begin if current_setting('application_name') like 'pg-runbook/%' then
          raise 'no luck' using errcode = 'P0042'; end if; return 1; end $$;
      insert into s.t_3 values (1);
      create index on s.t_3 (s.fails(id))`);
    const report = await runYaml(
      db,
      runbookOf(`
        - id: a
          analyze: { tables: { include: ["s.*"] } }`),
    );
    expect(targetOf(report, 's.t_3')).toMatchObject({ status: 'failed', sqlstate: 'P0042' });
    for (const [name, status] of Object.entries(statusByTarget(report))) {
      if (name === 's.t_3') continue;
      expect([name, status, await count(name)]).toEqual([name, 'succeeded', 1]);
    }
    expect(attemptsOf(report).filter(({ status }) => status === 'failed').length).toBe(2);
  });

  it('dropped after the plan: skipped, and the step goes on', async () => {
    await db.query('create schema p; create table p.x (id int); create table p.y (id int)');
    const report = await runYaml(db, analyze('include: ["p.*"]'), {
      planned: () => db.query('drop table p.x'),
    });
    expect(statusByTarget(report)).toEqual({ 'p.x': 'skipped', 'p.y': 'succeeded' });
  });
});

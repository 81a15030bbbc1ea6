import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { statusByTarget, stepOf, targetOf, taskOf } from '../support/report.js';
import { useRole } from '../support/roles.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const small = await useRole(db);

const refresh = (views: string, more = ''): string =>
  runbookOf(`
    - id: r
      refresh: { views: { ${views} } ${more} }`);

const rowsOf = async (relation: string): Promise<number> =>
  (await db.rows(`select from ${relation}`)).length;

describe('refresh', async () => {
  await db.query(`
    create schema v;
    create table v.base (id int primary key);
    insert into v.base values (1);
    -- The names are against the order of dependency on purpose; "between" is a plain view.
    create materialized view v.z_first as table v.base;
    create view v.between as table v.z_first;
    create materialized view v.m_second as table v.between;
    create materialized view v.a_third as select m.id from v.m_second m join v.z_first z using (id);
    create materialized view v."select" as table v.base;
    create materialized view v."größe 🐘 ""x""" as table v.base;
    create materialized view v.empty as table v.base with no data;
    create unique index on v.z_first (id);
    create unique index on v.empty (id);
    create unique index on v."select" (id) where id > 0;
    create unique index on v.m_second ((id + 1));
    create unique index on v.a_third (id) include (id)`);

  it('discovers materialized views, each after those that it reads', async () => {
    const plan = await planYaml(db, refresh('include: ["v.*"], exclude: ["*.sel*"]'));
    const { tasks } = plan.steps[0]!;
    const names = tasks.map((task) => task.targets[0]!.name);
    expect(names).toEqual([
      'v."größe 🐘 ""x"""',
      'v.empty',
      'v.z_first',
      'v.m_second',
      'v.a_third',
    ]);
    expect(tasks.map((task) => task.after)).toEqual([[], [], [], [1, 2, 3], [4]]);
  });

  it('knows the work by what a view reads, or says that it is not known', async () => {
    await db.query(`
      create schema w;
      create table w.counted (id int, pad text);
      insert into w.counted select i, repeat('x', 500) from generate_series(1, 3000) i;
      create table w.parts (id int) partition by range (id);
      create table w.part partition of w.parts for values from (0) to (10);
      analyze w.counted; analyze w.part;
      create table w.never (id int);
      insert into w.never values (1);
      create view w.between as select id from w.counted union all select id from w.parts;
      create materialized view w.read as select count(*) from w.between with no data;
      create materialized view w.unknown as select count(*) from w.between, w.never;
      create materialized view w.none as select generate_series(1, 3) as id`);
    const { tasks } = (await planYaml(db, refresh('include: ["w.*"]'))).steps[0]!;
    const seen = tasks.map(({ targets: [view], duration }) => [
      view?.relation,
      view?.facts['work_bytes'],
      duration?.basis ?? 'unknown',
    ]);
    const [size] = await db.rows<{ bytes: number }>(
      `select pg_relation_size('w.counted')::float8 as bytes`,
    );
    expect(seen).toEqual([
      ['none', null, 'unknown'],
      ['read', size?.bytes, 'guess'],
      ['unknown', null, 'unknown'],
    ]);
    await db.query('drop schema w cascade');
  });

  it('one after another, nested views show the newest rows', async () => {
    await db.query('insert into v.base values (2)');
    const report = await runYaml(db, refresh('include: ["v.*"]'));
    expect(new Set(Object.values(statusByTarget(report)))).toEqual(new Set(['succeeded']));
    for (const view of ['z_first', 'm_second', 'a_third', '"select"', 'empty']) {
      expect([view, await rowsOf(`v.${view}`)]).toEqual([view, 2]);
    }
    expect(targetOf(report, 'v.empty').evidence).toMatchObject({
      before: { populated: false },
      after: { populated: true },
    });
  });

  it('also when several may run at once', async () => {
    await db.query('insert into v.base values (3)');
    const report = await runYaml(
      db,
      runbookOf(`
        - id: r
          refresh: { views: { include: ["v.*"] } }
          concurrency: 8`),
    );
    expect(stepOf(report).status).toBe('succeeded');
    for (const view of ['z_first', 'm_second', 'a_third']) {
      expect([view, await rowsOf(`v.${view}`)]).toEqual([view, 3]);
    }
  });

  it('concurrently: in one transaction with its marker; what it cannot do is left out', async () => {
    await db.query(`
      insert into v.base values (4);
      refresh materialized view v.empty with no data`);
    const plan = await planYaml(db, refresh('include: ["v.*"]', ', concurrently: true'));
    const reasons = plan.steps[0]!.left_out.map(({ name, reason }) => [name, reason.split(' ')[0]]);
    expect(Object.fromEntries(reasons)).toEqual({
      'v."größe 🐘 ""x"""': 'no',
      'v."select"': 'no',
      'v.m_second': 'no',
      'v.empty': 'never',
    });
    const report = await runYaml(db, refresh('include: ["v.*"]', ', concurrently: true'));
    expect(statusByTarget(report)).toEqual({ 'v.z_first': 'succeeded', 'v.a_third': 'succeeded' });
    expect(await rowsOf('v.z_first')).toBe(4);
    const markers = 'select from runbook.completion where starts_with(attempt_id, $1)';
    expect(await db.rows(markers, [`${report.run.id}/`])).toHaveLength(2);
  });

  it('a view that fails is failed with its error, and keeps its rows', async () => {
    await db.query(`
      create table f (id int); insert into f values (1);
      create materialized view fails as select 1 / id as x from f;
      insert into f values (0)`);
    const report = await runYaml(db, refresh('include: [public.fails]'));
    expect(taskOf(report)).toMatchObject({ status: 'failed', attempts: [{ sqlstate: '22012' }] });
    expect(await rowsOf('fails')).toBe(1);
  });

  it('without permission it fails with 42501', async () => {
    await db.query(`grant usage on schema v to ${small.user}`);
    const report = await runYaml(db, refresh('include: [v.z_first]'), { as: small });
    expect(taskOf(report)).toMatchObject({ status: 'failed', attempts: [{ sqlstate: '42501' }] });
  });

  it('a lock that is not to be had in time: 55P03', async () => {
    const holder = await db.connect();
    await holder.query('begin; refresh materialized view v.z_first');
    const report = await runYaml(
      db,
      refresh('include: [v.z_first]').replace('defaults: {', 'defaults: { lock_timeout: 300ms,'),
    );
    await holder.query('rollback');
    expect(taskOf(report)).toMatchObject({ status: 'failed', attempts: [{ sqlstate: '55P03' }] });
  });

  it('dropped after the plan: skipped', async () => {
    await db.query('create materialized view gone as select 1');
    const report = await runYaml(db, refresh('include: [public.gone]'), {
      planned: () => db.query('drop materialized view gone'),
    });
    expect(taskOf(report)).toMatchObject({ status: 'skipped', attempts: [] });
  });
});

import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { stepOf, targetOf, taskOf } from '../support/report.js';
import { useRole } from '../support/roles.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const small = await useRole(db);

const reindex = (spec: string, more = ''): string =>
  runbookOf(`
    - id: r
      reindex: { ${spec} }
      concurrency: 8
      ${more}`);

async function planned(spec: string): Promise<{ names: string; leftOut: string }> {
  const step = (await planYaml(db, reindex(spec))).steps[0]!;
  return {
    names: step.tasks.flatMap((task) => task.targets.map(({ name }) => name)).join(' '),
    leftOut: step.left_out.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
  };
}

const oidOf = async (name: string): Promise<number | undefined> =>
  (await db.rows<{ oid: number }>('select to_regclass($1)::oid::int as oid', [name]))[0]?.oid;

describe('reindex: discovery', async () => {
  await db.query(`
    create extension btree_gist;
    create schema d;
    create table d.a (id int primary key, t text, r int4range);
    create index a_lower on d.a (lower(t));
    create index a_some on d.a (t) where id > 3;
    create table d."select" (id int); create index "we""ird 🐘" on d."select" (id);
    create table d.booked (during int4range, exclude using gist (during with &&));
    create table d.tree (id int primary key) partition by range (id);
    create table d.leaf partition of d.tree for values from (0) to (100000);
    create materialized view d.view as select 1 as one; create index view_one on d.view (one);
    insert into d.a select i, 't', 'empty' from generate_series(1, 20) i;
    insert into d.leaf select generate_series(1, 20000);
    analyze`);
  // One invalid index of a failed build, and one that looks like a rebuild's leftover.
  for (const name of ['a_broken', 'a_t_ccnew']) {
    const build = `create unique index concurrently ${name} on d.a (t)`;
    await expect(db.query(build)).rejects.toMatchObject({ code: '23505' });
  }

  it.each([
    ['indexes: { include: ["d.a*"], order_by: name }', 'd.a_broken d.a_lower d.a_pkey d.a_some'],
    [
      'indexes: { include: ["d.*"], exclude: ["d.a*", "*.booked*"], order_by: name }',
      'd."we""ird 🐘" d.leaf_pkey d.view_one',
    ],
    ['indexes: { include: ["d.*"], invalid_only: true }', 'd.a_broken'],
    ['indexes: { include: ["d.*"], order_by: size, limit: 1 }', 'd.leaf_pkey'],
    ['indexes: { include: ["d.*"], min_size: 100kB }', 'd.leaf_pkey'],
    ['indexes: { include: ["d.a_*"], max_size: 8kB }', 'd.a_broken'],
    ['indexes: { include: ["d.tree_pkey"] }', 'd.leaf_pkey'],
    ['indexes: { include: ["d.leaf*"], exclude: ["d.tree_pkey"] }', ''],
    ['tables: { include: ["d.leaf"] }', 'd.leaf_pkey'],
    ['tables: { include: ["d.tree"] }', 'd.leaf_pkey'],
    ['tables: { include: ["d.view"] }', 'd.view_one'],
    ['tables: { include: ["d.*"], order_by: size, limit: 1 }', 'd.leaf_pkey'],
    ['indexes: { include: ["nowhere.*"] }', ''],
  ])('%s', async (spec, names) => {
    expect((await planned(spec)).names).toBe(names);
  });

  it('of a table scope the TOAST index comes too, and schemas are tables too', async () => {
    const { names } = await planned('tables: { include: ["d.a"] }');
    expect(names.split(' ')).toHaveLength(5);
    expect(names).toMatch(/pg_toast\.pg_toast_\d+_index/);
    expect((await planned('schemas: [d]')).names).toContain(names.split(' ').at(-1));
  });

  it('without a right to the schema of TOAST tables their indexes are left out, and told', async () => {
    await db.query(`create schema theirs authorization ${small.user};
      create table theirs.t (id int primary key, t text);
      alter table theirs.t owner to ${small.user}`);
    const plan = await planYaml(
      db,
      runbookOf('- id: r\n  reindex: { tables: { include: [theirs.t] } }'),
      small,
    );
    expect(plan.steps[0]!.tasks.map((task) => task.targets[0]!.name)).toEqual(['theirs.t_pkey']);
    expect(plan.steps[0]!.left_out.map(({ reason }) => reason).join()).toContain('pg_toast');
  });

  it('what cannot be rebuilt concurrently is left out with the reason, or rebuilt otherwise', async () => {
    const booked = 'indexes: { include: ["d.booked*"] }';
    expect((await planned(booked)).leftOut).toContain('exclusion constraint');
    expect((await planned(`${booked}, concurrently: false`)).names).toBe('d.booked_during_excl');
    const system = 'indexes: { include: [pg_catalog.pg_am_oid_index] }';
    expect((await planned(system)).leftOut).toContain('system catalog');
    expect((await planned('indexes: { include: ["*.pg_am*"] }')).names).toBe('');
    expect((await planned('indexes: { include: ["d.*ccnew"] }')).leftOut).toContain('leftover');
  });
});

describe('reindex: truth', () => {
  it('concurrently: a new and valid index under the name; an invalid one is healed', async () => {
    await db.query('update d.a set t = t || id');
    const before = await oidOf('d.a_broken');
    const report = await runYaml(db, reindex('indexes: { include: ["d.a_broken", "d.a_lower"] }'));
    expect(report.run.status).toBe('succeeded');
    const { evidence } = targetOf(report, 'd.a_broken');
    expect(evidence.before).toMatchObject({ index_oid: before, valid: false });
    expect(evidence.after).toMatchObject({ index_oid: await oidOf('d.a_broken'), valid: true });
    expect(evidence.after?.['index_oid']).not.toBe(before);
  });

  it('not concurrently: the same index in a new file', async () => {
    const before = await oidOf('d.booked_during_excl');
    const report = await runYaml(
      db,
      reindex('tables: { include: [d.booked] }, concurrently: false'),
    );
    const { status, evidence } = targetOf(report, 'd.booked_during_excl');
    expect([status, await oidOf('d.booked_during_excl')]).toEqual(['succeeded', before]);
    expect(evidence.after?.['file_node']).not.toBe(evidence.before?.['file_node']);
  });

  it('a TOAST index is rebuilt', async () => {
    const report = await runYaml(db, reindex('tables: { include: [d.a] }'));
    expect(stepOf(report).tasks.map(({ status }) => status)).toEqual(Array(5).fill('succeeded'));
  });

  it('never two rebuilds of one table at once, and of expressions or partial ones one at all', async () => {
    await db.query('create schema o');
    for (const name of ['x', 'y', 'z']) {
      await db.query(`create table o.${name} (id int primary key, t text);
        insert into o.${name} select i, i from generate_series(1, 5000) i;
        create index on o.${name} (t); create index on o.${name} (lower(t));
        create index on o.${name} (t) where id > 5`);
    }
    const report = await runYaml(db, reindex('indexes: { include: ["o.*"] }'));
    expect(report.run.status).toBe('succeeded');
    for (const table of ['x', 'y', 'z']) {
      expect(overlaps(report, (name) => name.startsWith(`o.${table}_`))).toEqual([]);
    }
    expect(overlaps(report, (name) => /lower|_t_idx1$/.test(name))).toEqual([]);
  });

  it('without permission it fails with 42501, and nothing is changed', async () => {
    const before = await oidOf('d.view_one');
    const report = await runYaml(db, reindex('indexes: { include: [d.view_one] }'), { as: small });
    expect(taskOf(report)).toMatchObject({ status: 'failed', attempts: [{ sqlstate: '42501' }] });
    expect(await oidOf('d.view_one')).toBe(before);
  });

  it('dropped after the plan: skipped', async () => {
    await db.query('create table gone (id int primary key)');
    const report = await runYaml(db, reindex('indexes: { include: [public.gone_pkey] }'), {
      planned: () => db.query('drop table gone'),
    });
    expect(taskOf(report)).toMatchObject({ status: 'skipped', attempts: [] });
    expect(taskOf(report).reason).toContain('dropped');
  });
});

/** Pairs of tasks on matching indexes whose workers were seen at the same time. */
function overlaps(report: ReportV1, matches: (name: string) => boolean): string[] {
  const spans = stepOf(report)
    .tasks.filter((task) => matches(task.targets[0]!.name))
    .map((task) => ({
      name: task.targets[0]!.name,
      from: Date.parse(task.attempts[0]!.launched_at!),
      to: Date.parse(task.attempts[0]!.finished_at!),
    }));
  expect(spans.length).toBeGreaterThan(1);
  return spans.flatMap((a) =>
    spans
      .filter((b) => a.name < b.name && a.from < b.to && b.from < a.to)
      .map((b) => `${a.name} and ${b.name}`),
  );
}

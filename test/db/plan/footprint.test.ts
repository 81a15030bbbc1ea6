import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { LivePlan } from '../../../src/index.js';
import { renderPlanText } from '../../../src/index.js';
import { onServer, useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

/** A role that may connect and launch workers: no schema, no relation, no ledger, no statistics of others. */
const nobody = { user: `${db.name}_nobody`, password: 'for tests only' };

await db.query(`
  create schema s;
  create table s.t (id int primary key, long text);
  insert into s.t select i, repeat(md5(i::text), 5) from generate_series(1, 2000) i;
  create table s.u (id int); create index u_ix on s.u (id);
  create table s.p (id int) partition by range (id);
  create table s.p_1 partition of s.p for values from (0) to (10);
  create materialized view s.v as select id from s.t; create unique index on s.v (id);
  analyze s.t, s.u, s.v`);
await db.query(`
  revoke usage on schema public from public;
  create role ${nobody.user} login password '${nobody.password}';
  alter database ${db.name} set lock_timeout = '100ms';
  alter role ${nobody.user} set default_transaction_read_only = on;
  grant usage on schema ${EXTENSION_SCHEMA} to ${nobody.user};
  grant pgbackground_role to ${nobody.user}`);
afterAll(async () => {
  await db.query(`drop owned by ${nobody.user}`);
  await onServer((client) => client.query(`drop role ${nobody.user}`));
});

const STEPS = `
  - id: vacuum
    vacuum: { tables: { include: ["s.*"] } }
  - id: analyze
    needs: [vacuum]
    analyze: { tables: { include: ["s.*"] } }
  - id: reindex
    needs: [analyze]
    reindex: { indexes: { include: ["s.*"], order_by: bloat } }
  - id: reindex-tables
    needs: [reindex]
    reindex: { tables: { include: ["s.*"] } }
  - id: refresh
    needs: [reindex-tables]
    refresh: { views: { include: ["s.*"] }, concurrently: true }
    settings: { work_mem: 64MB, search_path: s }
`;
const yaml = runbookOf(STEPS);

const plan = (): Promise<LivePlan> => planYaml(db, yaml, nobody);

const targets = ({ steps }: LivePlan): Record<string, string[]> =>
  Object.fromEntries(
    steps.map(({ id, tasks }) => [
      id,
      tasks.flatMap((task) => task.targets.map(({ name }) => name)).sort(),
    ]),
  );

const ALL = {
  vacuum: ['s.p_1', 's.t', 's.u', 's.v'],
  analyze: ['s.p', 's.p_1', 's.t', 's.u', 's.v'],
  reindex: ['s.t_pkey', 's.u_ix', 's.v_id_idx'],
  'reindex-tables': ['s.t_pkey', 's.u_ix', 's.v_id_idx'],
  refresh: ['s.v'],
};

/** Sizes of what is planned, by name. */
function sizes({ steps }: LivePlan): Record<string, number> {
  const found = steps.flatMap(({ tasks }) => tasks.flatMap((task) => task.targets));
  return Object.fromEntries(found.map((target) => [target.name, target.size_bytes]));
}

describe('planning, by a role that may only read the catalogs', () => {
  it('is such a role', async () => {
    const [may] = await db.rows(
      `select has_schema_privilege($1, 's', 'USAGE') as schema,
              has_table_privilege($1, 's.t', 'SELECT, MAINTAIN') as relation,
              pg_has_role($1, 'pg_read_all_stats', 'USAGE') as stats`,
      [nobody.user],
    );
    expect(may).toEqual({ schema: false, relation: false, stats: false });
    const client = await db.connect({
      connectionString: db.uri.replace(/\/\/[^@]*@/, `//${nobody.user}:for%20tests%20only@`),
    });
    await expect(client.query('create table pgbg.x ()')).rejects.toMatchObject({ code: '25006' });
    await expect(client.query('select from s.t')).rejects.toMatchObject({ code: '42501' });
  });

  it('finds all, and says what it may not do and could not see', async () => {
    const made = await plan();
    expect(targets(made)).toEqual(ALL);
    const of = (code: string): (string | null)[] =>
      made.findings.filter((finding) => finding.code === code).map(({ step }) => step);
    expect(of('no-privilege')).toEqual(Object.keys(ALL));
    expect(of('sessions-hidden')).toEqual([null]);
    expect(made.steps[3]?.left_out).toMatchObject([
      { reason: 'a TOAST index, and no USAGE on schema pg_toast' },
    ]);
  });

  it('says that the history is hidden where there is one', async () => {
    expect((await plan()).forecast.history).toBe('none');
    const report = await runYaml(db, yaml);
    expect(report.run.status).toBe('succeeded');
    expect((await planYaml(db, yaml)).forecast.history).toBe('used');
    const made = await plan();
    expect(made.forecast.history).toBe('hidden');
    expect(new Set(made.forecast.steps.map(({ basis }) => basis))).toEqual(new Set(['guess']));
    const text = renderPlanText(made).replaceAll(/\s+/g, ' ');
    expect(text).toContain('this role may not read the ledger, so earlier runs do not count');
  });
});

/** Holds locks until the test ends. */
async function hold(...statements: string[]): Promise<void> {
  const holder = await db.connect();
  onTestFinished(async () => {
    await holder.query('rollback');
  });
  await holder.query('begin');
  for (const statement of statements) await holder.query(statement);
}

/** Modes that somebody holds on what is in schema s, by relation. */
async function held(): Promise<Record<string, string[]>> {
  const rows = await db.rows<{ name: string; modes: string[] }>(`
    select c.relname as name, array_agg(distinct l.mode) as modes
      from pg_locks l join pg_class c on c.oid = l.relation
     where c.relnamespace = 's'::regnamespace and l.granted group by 1`);
  return Object.fromEntries(rows.map(({ name, modes }) => [name, modes]));
}

describe('planning, with a lock timeout of 100 ms', () => {
  it('goes on beside EXCLUSIVE locks, which let nothing but ACCESS SHARE in', async () => {
    const before = sizes(await plan());
    await hold(
      'lock table s.t, s.u, s.p, s.p_1 in exclusive mode',
      // LOCK TABLE takes no materialized view, and no index.
      'refresh materialized view concurrently s.v',
      'alter index s.t_pkey set (fillfactor = 80)',
      'alter index s.u_ix set (fillfactor = 80)',
    );
    const locks = await held();
    for (const name of ['t', 'u', 'p', 'p_1', 'v']) expect(locks[name]).toContain('ExclusiveLock');
    for (const name of ['t_pkey', 'u_ix'])
      expect(locks[name]).toContain('ShareUpdateExclusiveLock');
    const made = await plan();
    expect(targets(made)).toEqual(ALL);
    // REFRESH has written the view's differences, and those are none.
    expect(sizes(made)).toEqual(before);
  });

  it('goes on beside ACCESS EXCLUSIVE locks, and takes the sizes from the statistics', async () => {
    const before = sizes(await plan());
    await hold(
      'lock table s.t, s.u, s.p in access exclusive mode',
      'reindex index s.t_pkey',
      'refresh materialized view s.v',
    );
    const locks = await held();
    for (const name of ['t', 'u', 'p', 'p_1', 'v', 't_pkey']) {
      expect(locks[name]).toContain('AccessExclusiveLock');
    }
    const made = await plan();
    expect(targets(made)).toEqual(ALL);
    const rows = await db.rows<{ name: string; bytes: number }>(
      `select 's.' || relname as name, relpages * 8192 as bytes from pg_class
        where relnamespace = 's'::regnamespace and relname in ('t', 't_pkey')`,
    );
    const estimated = Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
    expect(sizes(made)).toMatchObject(estimated);
    expect(before['s.t']).not.toBe(estimated['s.t']);
  });
});

describe('asking the planner about a statement that changes rows', () => {
  const step = (id: string): string =>
    ({
      sql: '  - id: change\n    sql: update s.u set id = 1 where id = 2',
      backfill:
        '  - id: change\n    backfill: { table: s.t, key: id, set: { long: "1" }, where: id < 9 }',
      purge: '  - id: change\n    purge: { table: s.t, key: id, where: id < 9 }',
    })[id] ?? '';

  it.each(['sql', 'backfill', 'purge'])(
    '%s: goes on beside all that a write goes on beside',
    async (kind) => {
      await hold('lock table s.t, s.u in row exclusive mode');
      const { steps } = await planYaml(db, runbookOf(step(kind)));
      expect(steps[0]?.tasks).toHaveLength(1);
    },
  );

  it('changes no row, and keeps no lock', async () => {
    const rows = () => db.rows('select count(*)::int, max(xmin::text::int) from s.t');
    const before = await rows();
    for (const kind of ['sql', 'backfill', 'purge']) await planYaml(db, runbookOf(step(kind)));
    expect(await rows()).toEqual(before);
    expect(await held()).toEqual({});
  });

  it('takes ROW EXCLUSIVE, as PostgreSQL does to plan one: where it cannot, it says so', async () => {
    await hold('lock table s.t, s.u in share mode');
    const { steps } = await planYaml(db, runbookOf(step('sql')));
    expect(steps[0]?.estimates).toMatchObject([
      { command: 'UPDATE', rows: null, why_not: expect.any(String) as string },
    ]);
    for (const kind of ['backfill', 'purge']) {
      const { findings } = await planYaml(db, runbookOf(step(kind)));
      const [untried] = findings.filter(({ code }) => code === 'not-tried');
      expect(untried?.message).toMatch(/pid \d+ \(.*\) holds SHARE on s\./);
    }
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { withSession } from '../../../src/postgres/command-session.js';
import { buildPlan, readServerInfo } from '../../../src/index.js';
import type { LivePlan } from '../../../src/model/live-plan.js';
import { onServer, useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import {
  casesOfTypes,
  COMPOSITE,
  ROWS,
  sqlStep,
  TABLE,
  type ForeignCase,
} from '../support/foreign-code-cases.js';
import { connectionTo, loadYaml, runbookOf, type Account } from '../support/run-yaml.js';

const db = await useTestDatabase();
const owner = `${db.name}_owner`;
const dba: Account = { user: `${db.name}_dba`, password: 'for tests only' };
await db.query(`
  create role ${owner} login;
  grant pgbackground_role to ${owner};
  grant usage on schema ${EXTENSION_SCHEMA} to ${owner};
  create role ${dba.user} login password '${dba.password}' in role postgres, pgbackground_role;
  create schema app authorization ${owner};
  grant create on schema public to ${owner}`);
afterAll(async () => {
  await db.query(`drop owned by ${owner}, ${dba.user} cascade`);
  await onServer((client) => client.query(`drop role ${owner}, ${dba.user}`));
});

/** Makes its owner a superuser, once a superuser's session calls it. */
const EVIL = `create function app.evil(i int) returns int language plpgsql immutable as $$
  begin
    if (select rolsuper from pg_roles where rolname = current_user) then
      perform ${EXTENSION_SCHEMA}.pg_background_launch('alter role ${owner} superuser');
    end if;
    return i;
  end $$`;

async function asOwner(sql: string): Promise<void> {
  await db.query(`set role ${owner}; ${sql}; reset role`);
}

const freshSchema = (): Promise<unknown> =>
  db.query(`drop schema if exists app cascade; create schema app authorization ${owner}`);

/** Whether the owner is a superuser, once every worker has ended. */
async function hasBecomeSuperuser(): Promise<boolean> {
  for (let i = 0; i < 200; i += 1) {
    const [{ n } = { n: 0 }] = await db.rows<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where backend_type = 'pg_background' and datname = current_database()`,
    );
    if (n === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const [row] = await db.rows<{ rolsuper: boolean }>(
    `select rolsuper from pg_roles where rolname = '${owner}'`,
  );
  await db.query(`alter role ${owner} nosuperuser`);
  return row?.rolsuper === true;
}

async function plan(steps: string, head?: string, as?: Account): Promise<LivePlan> {
  const runbook = await loadYaml(runbookOf(steps, head));
  return withSession(connectionTo(db, as), 'pg-runbook/plan', async (session) =>
    buildPlan(session, runbook, await readServerInfo(session), new Date()),
  );
}

const SETTINGS = 'settings: { constraint_exclusion: on }';
const BACKFILL = `
  - id: step
    backfill: { table: app.t, key: id, set: { note: "'m'" }, where: id > 3, batch: { rows: 10 } }
    ${SETTINGS}`;
const SQL = `
  - id: step
    sql: update app.t set note = 'm' where id > 3
    ${SETTINGS}`;
const READS_VIEW = `
  - id: step
    sql: update app.t set note = 'm' where id in (select id from app.v)`;
const THROTTLE = `
  - id: step
    backfill: { table: app.plain, key: id, set: { note: "'m'" }, throttle: { sql: select count(*) >= 0 from app.v } }`;

const CASES: readonly ForeignCase[] = [
  [
    'an expression index',
    `${TABLE}; ${ROWS}; create index on app.t ((app.evil(1) + id))`,
    [BACKFILL, SQL],
  ],
  [
    'a partial index',
    `${TABLE}; ${ROWS}; create index on app.t (note) where app.evil(1) = 1`,
    [BACKFILL, SQL],
  ],
  [
    'a generated column',
    'create table app.t (id int primary key, note text, g int generated always as (id + app.evil(1)) stored)',
    [BACKFILL, SQL],
  ],
  [
    'a check constraint',
    `${TABLE}; alter table app.t add check (app.evil(1) = 1)`,
    [BACKFILL, SQL],
  ],
  [
    'a policy',
    `${TABLE}; alter table app.t enable row level security, force row level security; create policy p on app.t using (app.evil(1) = 1)`,
    [BACKFILL, SQL],
  ],
  [
    'statistics',
    `${TABLE}; create statistics app.st on (app.evil(1) + id) from app.t`,
    [BACKFILL, SQL],
  ],
  [
    'a view',
    `${TABLE}; create view app.v as select id from app.t where app.evil(1) = 1`,
    [READS_VIEW],
  ],
  [
    'a view of a throttle',
    `create table app.plain (id int primary key, note text); create view app.v as select 1 where app.evil(1) = 1`,
    [THROTTLE],
  ],
  [
    'a function that is called',
    TABLE,
    [SQL.replace('id > 3', 'id > app.evil(3)'), BACKFILL.replace('id > 3', 'id > app.evil(3)')],
  ],
  [
    'an operator',
    `${TABLE}; create function app.op(int, int) returns bool language sql immutable as 'select app.evil($1) > $2'; create operator app.>>> (function = app.op, leftarg = int, rightarg = int)`,
    [SQL.replace('id > 3', '1 operator(app.>>>) 2')],
  ],
  [
    'an index of a partition',
    `create table app.t (id int primary key, note text) partition by range (id); create table app.t1 partition of app.t default; create index on app.t1 ((app.evil(1) + id))`,
    [BACKFILL, SQL],
  ],
  [
    'a default',
    `${TABLE}; alter table app.t alter note set default app.evil(1)::text`,
    [`\n  - id: step\n    sql: insert into app.t (id) values (99)`],
  ],
];

/** Calls by which a planner comes to objects that only a string names. */
const BY_STRINGS = [
  "pg_input_is_valid('(1)', 'app.comp')::int",
  "table_to_xml('app.v', true, true, '')::text::int",
  "schema_to_xml('app', true, true, '')::text::int",
  "(domain_in('1', 'app.dom'::text::regtype::oid, -1) is null)::int",
  "(record_in('(1)', 'app.comp'::text::regtype::oid, -1) = row(1))::int",
];

describe('a superuser’s plan', () => {
  it.each([...CASES, ...casesOfTypes(owner)])(
    'runs nothing of the owner of a table: %s',
    async (_what, made, steps) => {
      await freshSchema();
      await asOwner(`${EVIL}; ${made}`);
      for (const step of steps) {
        const planned = await plan(step);
        expect(await hasBecomeSuperuser()).toBe(false);
        const said = planned.steps.flatMap(({ estimates }) => estimates.map((one) => one.why_not));
        const found = planned.findings.filter(({ code }) => code === 'not-tried');
        const [why = ''] = [...said, ...found.map(({ message }) => message)];
        expect(why).toMatch(/^not tried, because /);
        expect(why).toContain(`code of ${owner}: `);
        expect(why).toMatch(/function (?:app|public)\.\w+\(/);
      }
    },
  );

  it.each(BY_STRINGS)('runs nothing that only a string names: %s', async (call) => {
    await freshSchema();
    await asOwner(`${EVIL}; ${TABLE} partition by range (id); ${COMPOSITE};
      create table app.t1 partition of app.t for values from (0) to (9); create table app.t2 partition of app.t default; ${ROWS}; analyze app.t;
      create view app.v as select id from app.t where app.evil(1) = 1`);
    const { steps } = await plan(sqlStep(`update app.t set note = 'm' where id = ${call}`));
    expect(await hasBecomeSuperuser()).toBe(false);
    expect(steps[0]?.estimates[0]?.why_not).toContain(
      'it is not known which functions its SQL calls',
    );
    await asOwner(`create view app.w as select id from app.t where id = ${call}`);
    const viewed = await plan(
      sqlStep("update app.t set note = 'm' where id in (select id from app.w)"),
    );
    expect(await hasBecomeSuperuser()).toBe(false);
    expect(viewed.steps[0]?.estimates[0]?.why_not).toContain('"_RETURN" on app.w');
  });

  it('asks the planner where nobody else could change what it executes', async () => {
    await freshSchema();
    await asOwner(`${TABLE}; ${ROWS}; create index on app.t (lower(note)); analyze app.t`);
    await db.query(
      `create function public.ours(int) returns int language sql immutable as 'select $1';
       create index on app.t (public.ours(id))`,
    );
    const { steps, findings } = await plan(BACKFILL);
    expect(steps[0]?.batches).toMatchObject({ rows_estimated: 50, first: { upto: '[10]' } });
    const codes = findings.map(({ code }) => code);
    expect(codes).not.toContain('not-tried');
    expect(codes).not.toContain('foreign-code');
  });

  it('names what steps would run with its rights, and how to avoid it', async () => {
    await freshSchema();
    await asOwner(`${EVIL}; ${TABLE}; ${ROWS};
      create function app.fires() returns trigger language plpgsql as 'begin return new; end';
      create trigger fires before update on app.t for each row execute function app.fires();
      create rule also as on update to app.t do also notify somebody;
      alter table app.t alter note set default ${EXTENSION_SCHEMA}.pg_background_launch('select 1')::text;
      create policy p on app.t using (true);
      create materialized view app.m as select id + app.evil(1) as id from app.t`);
    const { findings } = await plan(`${SQL}
  - id: again
    refresh: { views: { include: [app.m] } }
  - id: walk
    backfill: { table: app.t, key: id, set: { note: "'m'" } }`);
    const found = findings.filter(({ code }) => code === 'foreign-code');
    expect(found.map(({ step }) => step)).toEqual(['step', 'again', 'walk']);
    expect(found[0]).toMatchObject({ severity: 'warning' });
    for (const one of [found[0], found[2]]) {
      for (const name of [
        'app.fires()',
        'fires on app.t',
        'also on app.t',
        'p on app.t',
        'app.t.note',
      ]) {
        expect(one?.message).toContain(name);
      }
    }
    expect(found[1]?.message).toContain('function app.evil(integer)');
    expect(found[0]?.hint).toContain('as the owner');
  });

  it.each([
    ['a member of a superuser', 'reset role'],
    ['a member that has set another role', `set role = ${owner}`],
  ])('%s runs nothing either', async (_what, setting) => {
    await freshSchema();
    await db.query(`grant usage on schema ${EXTENSION_SCHEMA}, app to ${dba.user};
      grant ${owner} to ${dba.user}; alter role ${dba.user} ${setting}`);
    await asOwner(`${TABLE}; create function app.evil(i int) returns int language plpgsql immutable as $$
      begin
        perform set_config('role', 'none', true), set_config('role', 'postgres', true);
        perform ${EXTENSION_SCHEMA}.pg_background_launch('alter role ${owner} superuser');
        return i;
      end $$`);
    const { steps } = await plan(SQL.replace('id > 3', 'id > app.evil(3)'), undefined, dba);
    expect(await hasBecomeSuperuser()).toBe(false);
    expect(steps[0]?.estimates[0]?.why_not).toContain('function app.evil(integer)');
  });

  it('runs nothing that a guard reads', async () => {
    await freshSchema();
    await asOwner(`${EVIL}; create view app.v as select 1 as id where app.evil(1) = 1`);
    const head = 'guards: [{ name: g, sql: select count(*) >= 0 from app.v, on_breach: pause }]';
    await plan('\n  - id: one\n    sql: select 1', head);
    expect(await hasBecomeSuperuser()).toBe(false);
  });
});

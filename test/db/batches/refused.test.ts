import { describe, expect, it } from 'vitest';
import { RunbookError } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { useRole } from '../support/roles.js';
import { planYaml, runbookOf } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table t (id int primary key, tenant int not null, code text unique, email text,
                  doubled int generated always as (id * 2) stored);
  create unique index on t (tenant, id);
  create unique index on t (tenant) where id < 0;
  create unique index on t (lower(email));
  create table bare (id int, note text);
  create view v as select * from t;
  create table parent (id int primary key); create table child () inherits (parent);
  create table archive (id int, tenant int, code text);
  create table narrow (id int, tenant smallint, code text, email text, doubled int);
  create table lists (id int[] primary key, doc jsonb not null unique);
  create schema ext; create extension citext schema ext;
  create table mixed_case (tenant int, name ext.citext, primary key (tenant, name));
  create domain short as varchar(10);
  create table roomy (id bigint, tenant double precision, code varchar, email varchar, doubled numeric);
  create table boxes (id int primary key, a varchar(10), b numeric(10, 2), c short, d text);
  create table bigger (id int, a varchar(20), b numeric(12, 3), c varchar(10), d varchar);
  create table unproven (id int unique); alter table unproven add constraint c not null id not valid;
  create table guarded (id int primary key, note text);
  alter table guarded enable row level security;
  create table mixed (a int not null, b int not null); create unique index on mixed (a, b desc);
  create table other_order (name text not null);
  create unique index on other_order (name text_pattern_ops);
`);

const role = await useRole(db);

const backfill = (spec: string): string => `
  - id: step-one
    backfill: { ${spec} }`;
const purge = (spec: string): string => `
  - id: step-one
    purge: { ${spec} }`;

/** What a plan is refused with. */
async function refusal(steps: string, as?: Parameters<typeof planYaml>[2]): Promise<RunbookError> {
  const error: unknown = await planYaml(db, runbookOf(steps), as).catch((e: unknown) => e);
  if (!(error instanceof RunbookError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error;
}

/** Each step that cannot work, what the error says, its SQLSTATE, and its hint. */
const REFUSED: readonly (readonly [string, string, string, string | undefined, RegExp])[] = [
  [
    'a table that is not there',
    backfill('table: public.nope, key: id, set: { a: 1 }'),
    'there is no table "public"."nope"',
    '42P01',
    /case included/,
  ],
  [
    'a view',
    backfill('table: public.v, key: id, set: { email: null }'),
    'public.v is no table',
    '42809',
    /Name the table/,
  ],
  [
    'a table with children',
    backfill('table: public.parent, key: id, set: { id: 1 }'),
    'other tables inherit from public.parent',
    undefined,
    /each of the tables beneath/,
  ],
  [
    'a table without a unique key',
    purge('table: public.bare, key: id, where: "true"'),
    'no unique btree index of public.bare serves the key id',
    undefined,
    /CREATE UNIQUE INDEX CONCURRENTLY/,
  ],
  [
    'columns in another order than the index has',
    purge('table: public.t, key: [id, tenant], where: "true"'),
    'no unique btree index of public.t serves the key id, tenant',
    undefined,
    /Keys that would do: id \(public\.t_pkey\); \[tenant, id\] \(public\.t_tenant_id_idx\)\./,
  ],
  [
    'a key that may be null',
    purge('table: public.t, key: code, where: "true"'),
    'key: column "code" of public.t may be null, and such rows would be passed by',
    undefined,
    /Keys that would do: id/,
  ],
  [
    'an index that goes up and down',
    purge('table: public.mixed, key: [a, b], where: "true"'),
    'no unique btree index of public.mixed serves the key a, b',
    undefined,
    /CREATE UNIQUE INDEX/,
  ],
  [
    'an index with an order of its own',
    purge('table: public.other_order, key: name, where: "true"'),
    'no unique btree index of public.other_order serves the key name',
    undefined,
    /CREATE UNIQUE INDEX/,
  ],
  [
    'a key column that does not exist',
    backfill('table: public.t, key: idd, set: { email: null }'),
    'key: public.t has no column "idd"',
    '42703',
    /Keys that would do: id/,
  ],
  [
    'a key that the step itself changes',
    backfill('table: public.t, key: [tenant, id], set: { tenant: tenant + 1 }'),
    'set: column "tenant" of the key would change, and rows be met again further on',
    undefined,
    /key that stays/,
  ],
  [
    'a key whose NOT NULL was never validated',
    purge('table: public.unproven, key: id, where: "true"'),
    'key: column "id" of public.unproven may be null, and such rows would be passed by',
    undefined,
    /CREATE UNIQUE INDEX/,
  ],
  [
    'a key of a type that no walk goes along',
    purge('table: public.lists, key: doc, where: "true"'),
    'key: column "doc" of public.lists is of type jsonb, along which no walk goes',
    undefined,
    /Keys that would do/,
  ],
  [
    'batches in another isolation',
    `${purge('table: public.t, key: id, where: "true"')}
    settings: { default_transaction_isolation: repeatable read }`,
    "batches cannot be repeatable read: their workers must see one another's checkpoints",
    undefined,
    /Leave default_transaction_isolation out/,
  ],
  [
    'a key of two columns whose operators the workers would not find',
    purge('table: public.mixed_case, key: [tenant, name], where: "true"'),
    'the operators of the key tenant, name are not in the search_path of the workers',
    undefined,
    /search_path/,
  ],
  [
    'an archive whose columns are narrower',
    purge('table: public.t, key: id, where: "true", archive_to: public.narrow'),
    'archive_to: column "tenant" of public.narrow is smallint, and its values are integer',
    '42804',
    /same type/,
  ],
  [
    'an archive that lacks columns',
    purge('table: public.t, key: id, where: "true", archive_to: public.archive'),
    'archive_to: public.archive has no column "email", "doubled"',
    '42703',
    /would be lost/,
  ],
  [
    'an archive that is the table',
    purge('table: public.t, key: id, where: "true", archive_to: public.t'),
    'archive_to: public.t is the purged table itself',
    undefined,
    /another table/,
  ],
];

/** SQL of a walk that the server refuses, what it says, and its SQLSTATE. */
const REFUSED_SQL: readonly (readonly [string, string, string, string])[] = [
  [
    'a column to set that does not exist',
    backfill('table: public.t, key: id, set: { emial: null }'),
    'column "emial" of relation "t" does not exist',
    '42703',
  ],
  [
    'a column in where that does not exist',
    backfill('table: public.t, key: id, set: { email: null }, where: emial is null'),
    'column "emial" does not exist',
    '42703',
  ],
  [
    'a generated column',
    backfill('table: public.t, key: id, set: { doubled: 1 }'),
    'column "doubled" can only be updated to DEFAULT',
    '428C9',
  ],
  [
    'a value of the wrong type',
    backfill(`table: public.t, key: id, set: { tenant: "'x'::text" }`),
    'column "tenant" is of type integer but expression is of type text',
    '42804',
  ],
  [
    'a throttle that is no condition',
    purge('table: public.t, key: id, where: "true", throttle: { sql: select 5 }'),
    'argument of WHERE must be type boolean, not type integer',
    '42804',
  ],
];

describe('a walk is refused before anything ran', () => {
  it.each(REFUSED)('%s', async (_name, steps, message, sqlstate, hint) => {
    const error = await refusal(steps);
    expect(error).toMatchObject({ code: 'step_refused', exitCode: 3, sqlstate });
    expect(error.message.replace(/, at `.*`$/, '')).toBe(`step step-one: ${message}`);
    expect(error.hint).toMatch(hint);
  });

  it.each(REFUSED_SQL)('by an error finding: %s', async (_name, steps, message, sqlstate) => {
    const { findings } = await planYaml(db, runbookOf(steps));
    const found = findings.find(({ code }) => code === 'sql-refused');
    expect(found).toMatchObject({ severity: 'error', step: 'step-one' });
    expect(found?.message.replace(/, at `.*`/, '')).toBe(
      `the server refuses it: ${message} (SQLSTATE ${sqlstate})`,
    );
  });

  it('unless the archive has room for all, and the operators are found', async () => {
    for (const steps of [
      purge('table: public.t, key: id, where: "true", archive_to: public.roomy'),
      purge('table: public.boxes, key: id, where: "true", archive_to: public.bigger'),
      `${purge('table: public.mixed_case, key: [tenant, name], where: "true"')}
    settings: { search_path: 'public, ext' }`,
    ]) {
      expect((await planYaml(db, runbookOf(steps))).steps[0]?.tasks).toHaveLength(1);
    }
  });

  it('for a role whose rows a policy would hide, since none left would prove nothing', async () => {
    await db.query(`grant select, update on guarded to ${role.user}`);
    const error = await refusal(
      backfill('table: public.guarded, key: id, set: { note: null }'),
      role,
    );
    expect(error).toMatchObject({ code: 'step_refused', sqlstate: '42501' });
    expect(error.message).toMatch(/row-level security/);
  });

  it('for a role that may not change the table, or see how far replicas are', async () => {
    const error = await refusal(backfill('table: public.t, key: id, set: { email: null }'), role);
    expect(error).toMatchObject({ code: 'step_refused', sqlstate: '42501' });
    const throttled = backfill(
      'table: public.t, key: id, set: { email: null }, throttle: { replica_lag: { max: 1s } }',
    );
    expect(await refusal(throttled, role)).toMatchObject({
      code: 'privilege_missing',
      sqlstate: '42501',
    });
  });
});

import { expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { stepOf } from '../support/report.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`create collation german (provider = icu, locale = 'de-DE');
  create schema ext; create extension citext schema ext;
  alter role current_user in database ${db.name} set extra_float_digits = 0`);

const ROWS = 20_000;

/** A table by its key: the columns that make it up, and a value of each for row `i`. */
const KEYS: Readonly<
  Record<string, { columns: string; key: string; names: readonly string[]; value: string }>
> = {
  'an int': { columns: 'id int', key: 'primary key (id)', names: ['id'], value: 'i * 7' },
  'a bigint, backwards': {
    columns: 'id bigint not null',
    key: '; create unique index on t (id desc)',
    names: ['id'],
    value: '-i::bigint * 5000000000',
  },
  'a uuid': {
    columns: 'id uuid',
    key: 'primary key (id)',
    names: ['id'],
    value: 'md5(i::text)::uuid',
  },
  'a text with a collation of its own': {
    columns: 'name text collate german not null unique',
    key: '',
    names: ['name'],
    value: `(array['ä','Z','o','ß',' ','"','\\','é'])[i % 8 + 1] || md5(i::text)`,
  },
  'a char with a length, and an odd name': {
    columns: '"Odd ""Name""" char(40) not null unique',
    key: '',
    names: ['Odd "Name"'],
    value: `'x''' || i`,
  },
  'a timestamptz': {
    columns: 'at timestamptz primary key',
    key: '',
    names: ['at'],
    value: `timestamptz '2026-03-29 00:30:00.000001+01' + i * interval '1.000001 s'`,
  },
  'a numeric': {
    columns: 'n numeric primary key',
    key: '',
    names: ['n'],
    value: 'i::numeric / 7 * (case when i % 2 = 0 then 1e30 else -1 end)',
  },
  'a few tenants with many rows each': {
    columns: 'tenant text collate german, id int, primary key (tenant, id)',
    key: '',
    names: ['tenant', 'id'],
    value: `'t' || i % 3, i`,
  },
  'a citext of another schema': {
    columns: 'name ext.citext primary key',
    key: '',
    names: ['name'],
    value: `(case when i % 2 = 0 then upper(md5(i::text)) else md5(i::text) end)::ext.citext`,
  },
  'a float under few digits': {
    columns: 'n float8 primary key',
    key: '',
    names: ['n'],
    value: 'i * (1::float8 / 3) + 0.1',
  },
  'large bigints': {
    columns: 'id bigint primary key',
    key: '',
    names: ['id'],
    value: '9223372036854775807 - i',
  },
  'three columns': {
    columns: 'a date, b uuid, c int, primary key (a, b, c)',
    key: '',
    names: ['a', 'b', 'c'],
    value: `date '2026-01-01' + i % 5, md5((i % 100)::text)::uuid, i`,
  },
};

/** Odd settings of the session's that texts of values depend on. */
const SETTINGS = "{ DateStyle: 'SQL, DMY', TimeZone: Asia/Kolkata, IntervalStyle: sql_standard }";

it.each(Object.entries(KEYS))('walks along %s: every row once', async (_name, key) => {
  await db.query('drop table if exists t');
  const [inline, after = ''] = key.key.startsWith(';') ? ['', key.key] : [key.key];
  await db.query(`create table t (${key.columns}${inline === '' ? '' : `, ${inline}`}, hits int not null default 0)${after};
    insert into t select ${key.value}, 0 from generate_series(1, ${String(ROWS)}) i; analyze t`);
  const yaml = runbookOf(`
    - id: walk
      backfill:
        table: public.t
        key: ${JSON.stringify(key.names)}
        set: { hits: hits + 1 }
        batch: { rows: 100, max_rows: 700 }
      concurrency: 3
      settings: ${SETTINGS}`);
  const plan = await planYaml(db, yaml);
  expect(plan.steps[0]?.tasks).toHaveLength(3);
  const report = await runYaml(db, yaml);
  expect(report.run).toMatchObject({ status: 'succeeded' });
  expect(await db.rows('select hits, count(*)::int from t group by hits')).toEqual([
    { hits: 1, count: ROWS },
  ]);
  const { progress } = stepOf(report, 'walk');
  expect(progress).toMatchObject({ rows_seen: ROWS, rows_changed: ROWS, rows_left: null });
  // The parts of the plan are about equal, by a sample of the table.
  const planned = progress?.parts.slice(0, 3).map((part) => part.rows_seen) ?? [];
  expect(Math.max(...planned)).toBeLessThan(ROWS * 0.6);
});

it('walks a partitioned table', async () => {
  await db.query(`drop table if exists t;
    create table t (id int, region text, hits int not null default 0, primary key (region, id)) partition by list (region);
    create table t_eu partition of t for values in ('eu');
    create table t_us partition of t for values in ('us') partition by range (id);
    create table t_us_1 partition of t_us for values from (0) to (5000);
    create table t_us_2 partition of t_us for values from (5000) to (100000);
    insert into t select i, case when i % 2 = 0 then 'eu' else 'us' end from generate_series(1, 10000) i;
    analyze t`);
  const report = await runYaml(
    db,
    runbookOf(`
    - id: walk
      backfill: { table: public.t, key: [region, id], set: { hits: hits + 1 }, batch: { rows: 100 } }
      concurrency: 2`),
  );
  expect(report.run.status).toBe('succeeded');
  expect(await db.rows('select hits, count(*)::int from t group by hits')).toEqual([
    { hits: 1, count: 10_000 },
  ]);
  const [target] = stepOf(report, 'walk').tasks[0]?.targets ?? [];
  expect(Number(target?.evidence.after?.['size_bytes'])).toBeGreaterThan(0);
});

it('walks every part of the plan, however many workers there are at once', async () => {
  await db.query(`drop table if exists t; create table t (id int primary key, hits int not null default 0);
    insert into t select i from generate_series(1, 40000) i;
    create or replace function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.0001); return new; end $$;
    create trigger slow before update on t for each row when (new.id between 10001 and 20000) execute function slow();
    analyze t`);
  const yaml = runbookOf(`
    - id: walk
      backfill: { table: public.t, key: id, set: { hits: hits + 1 }, batch: { rows: 50, max_rows: 200 } }
      concurrency: 4`).replace('workers: 8', 'workers: 2');
  const report = await runYaml(db, yaml);
  expect(report.run.status).toBe('succeeded');
  expect(await db.rows('select hits, count(*)::int from t group by hits')).toEqual([
    { hits: 1, count: 40_000 },
  ]);
  // Somebody who was done took half of the slow part.
  expect(stepOf(report, 'walk').progress?.parts.length).toBeGreaterThan(4);
});

it('has nothing to do on an empty table, and says so', async () => {
  await db.query('drop table if exists t; create table t (id int primary key, hits int)');
  const yaml = runbookOf(`
    - id: walk
      backfill: { table: public.t, key: id, set: { hits: 1 }, where: hits is null }
      concurrency: 3`);
  const plan = await planYaml(db, yaml);
  expect(plan.steps[0]).toMatchObject({
    batches: { first: { upto: null, rows: 0 }, typical: null },
    tasks: [{ number: 1 }],
  });
  const report = await runYaml(db, yaml);
  expect(stepOf(report, 'walk')).toMatchObject({
    status: 'succeeded',
    progress: { rows_seen: 0, rows_changed: 0, rows_left: 0, batches: 0 },
  });
});

it('passes by the rows that are as they should be, NULLs and all', async () => {
  await db.query(`drop table if exists t; create table t (id int primary key, done boolean, hits int not null default 0);
    insert into t select i, (array[true, false, null])[i % 3 + 1] from generate_series(1, 3000) i; analyze t`);
  const report = await runYaml(
    db,
    runbookOf(`
    - id: walk
      backfill:
        table: public.t
        key: id
        set: { hits: hits + 1, done: true }
        where: done is not true -- NULL is not true either
        batch: { rows: 100, max_rows: 100 }`),
  );
  expect(stepOf(report, 'walk').progress).toMatchObject({
    rows_seen: 3000,
    rows_changed: 2000,
    rows_left: 0,
  });
  expect(
    await db.rows('select hits, count(*)::int from t where done group by hits order by hits'),
  ).toEqual([
    { hits: 0, count: 1000 },
    { hits: 1, count: 2000 },
  ]);
});

it('goes on to the rows that are added at the end meanwhile, and then ends', async () => {
  await db.query(`drop table if exists t; create table t (id serial primary key, norm text);
    insert into t (norm) select null from generate_series(1, 20000); analyze t`);
  const writer = await db.connect();
  const stop = new AbortController();
  const writing = (async () => {
    let added = 0;
    for (; !stop.signal.aborted; added += 1)
      await writer.query('insert into t (norm) values (null)');
    return added;
  })();
  const yaml = (extra: string): string =>
    runbookOf(`
    - id: walk
      backfill:
        table: public.t
        key: id
        set: { norm: "'x'" }
        where: norm is null
        ${extra}
        batch: { rows: 500, max_rows: 500, pause: 20ms }
      concurrency: 2`);
  const report = await runYaml(db, yaml('remaining: 1000000'));
  stop.abort();
  const added = await writing;
  expect(added).toBeGreaterThan(100);
  const { progress, status } = stepOf(report, 'walk');
  expect(status).toBe('succeeded');
  // Those that were there when it began, and by far the most of those that came.
  expect(progress?.rows_changed).toBeGreaterThan(20_000);
  const again = await runYaml(db, yaml(''));
  expect(stepOf(again, 'walk').progress).toMatchObject({ rows_left: 0 });
  expect(await db.rows('select count(*)::int from t where norm is null')).toEqual([{ count: 0 }]);
});

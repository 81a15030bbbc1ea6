import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/index.js';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../src/sql/quote.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { expectValidReport } from '../../support/report-schema.js';
import { workersIn } from '../support/background.js';
import { hostileNames } from '../support/hostile-names.js';
import { targetsOf } from '../support/report.js';

const TABLES = 300;
const VIEWS = 20;
const SCHEMAS = ['public', 'say "hi"; --', 'größe.🐘', 'select'];
const NASTY = 'it\'s "; drop table note; -- \\ $1 :x %I 🐘';

const db = await useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-hostile-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const tables = hostileNames(TABLES).map((name, i) => [SCHEMAS[i % SCHEMAS.length]!, name] as const);
const views = tables
  .slice(0, VIEWS)
  .map(([schema, name]) => [schema, `${name.slice(0, 15)} v`] as const);

async function makeDatabase(): Promise<void> {
  const make = [
    ...SCHEMAS.map((schema) => `create schema if not exists ${quoteIdentifier(schema)}`),
    ...tables.map(([schema, name], i) => {
      const table = quoteQualified(schema, name);
      return `create table ${table} (${quoteIdentifier(name)} int primary key, value int);
        insert into ${table} select g, ${String(i)} from generate_series(1, 50) g;
        delete from ${table} where ${quoteIdentifier(name)} > 25`;
    }),
    ...views.map(([schema, name], i) => {
      const view = quoteQualified(schema, name);
      const [tableSchema, table] = tables[i]!;
      return `create materialized view ${view} as table ${quoteQualified(tableSchema, table)};
        create unique index on ${view} (${quoteIdentifier(table)});
        delete from ${quoteQualified(tableSchema, table)} where ${quoteIdentifier(table)} > 20`;
    }),
    'create table note (value text)',
  ];
  await db.query(make.join(';\n'));
}

const RUNBOOK = `
api_version: pg-runbook/v1
name: hostile
version: 1
parameters:
  text: { type: string }
  table: { type: string }
budget: { workers: 8 }
defaults: { timeout: 60s, lock_timeout: 20s }
steps:
  - id: vacuum
    vacuum: { tables: { include: ["*.*"], exclude: ["runbook.*"] } }
    concurrency: 4
  - id: analyze
    needs: [vacuum]
    analyze: { tables: { include: ["*.*"], exclude: ["runbook.*"] } }
    concurrency: 4
  - id: reindex
    needs: [analyze]
    reindex: { indexes: { include: ["*.*"], exclude: ["runbook.*"] } }
    concurrency: 4
  - id: refresh
    refresh: { views: { include: ["*.*"] }, concurrently: true }
    needs: [reindex]
    concurrency: 4
  - id: sql
    needs: [refresh]
    sql: |
      insert into note values (:'text');
      insert into :"table" values (1000, 1000)
`;

interface Counts {
  name: string;
  oid: number;
  vacuum: number;
  analyze: number;
}

const relations = (): Promise<Counts[]> =>
  db.rows<Counts>(
    `select format('%I.%I', schemaname, relname) as name, relid::int as oid,
            vacuum_count::int as vacuum, analyze_count::int as analyze
       from pg_stat_user_tables where schemaname not in ('runbook') order by 1`,
  );

const indexes = async (): Promise<Map<string, number>> => {
  const rows = await db.rows<{ name: string; oid: number }>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.oid::int as oid
       from pg_index i join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('pg_catalog', 'pg_toast', 'runbook') and i.indisvalid and i.indisready`,
  );
  return new Map(rows.map((row) => [row.name, row.oid]));
};

describe('hostile names', () => {
  it(`${String(TABLES)} tables through the program: every status is true`, async () => {
    await makeDatabase();
    const before = await indexes();
    const [file, out] = [join(folder, 'runbook.yaml'), join(folder, 'report.json')];
    writeFileSync(file, RUNBOOK);
    const lastOfPublic = tables.findLast(([schema]) => schema === 'public')![1];
    const parameters = ['-p', `text=${NASTY}`, '-p', `table=${lastOfPublic}`];
    const result = await runCli(['run', file, ...parameters, '--report', out], { env: db.env });
    expect([result.code, result.code === 0 ? '' : result.stderr]).toEqual([0, '']);
    const report = JSON.parse(readFileSync(out, 'utf8')) as ReportV1;
    expectValidReport(report);
    expect(report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
    expectEveryAttemptNamed(report);
    await expectTrueToTheCatalogs(report, before);
    expect(await db.rows('table note')).toEqual([{ value: NASTY }]);
    const added = `select value from ${quoteQualified('public', lastOfPublic)} where value = 1000`;
    expect(await db.rows(added)).toEqual([{ value: 1000 }]);
    expect(await workersIn(db)).toEqual([]);
  });
});

function expectEveryAttemptNamed(report: ReportV1): void {
  const tasks = report.steps.flatMap((step) => step.tasks);
  expect(tasks.length).toBeGreaterThan(TABLES);
  for (const { status, attempts } of tasks) {
    expect(status).toBe('succeeded');
    expect(attempts).toHaveLength(1);
    const { pid, cookie } = attempts[0]!;
    expect(pid).toBeGreaterThan(0);
    expect(cookie).toMatch(/^-?\d+$/);
  }
}

async function expectTrueToTheCatalogs(
  report: ReportV1,
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const counted = await relations();
  // The tables, the views and the table "note".
  expect(counted).toHaveLength(TABLES + VIEWS + 1);
  for (const id of ['vacuum', 'analyze'] as const) {
    const done = counted.filter((row) => row[id] === 1).map((row) => row.name);
    expect(namesOf(report, id)).toEqual(done.sort());
    expect(done).toHaveLength(counted.length);
  }
  const after = await indexes();
  expect(namesOf(report, 'reindex')).toEqual([...before.keys()].sort());
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  for (const [name, oid] of after)
    expect(`${name} ${String(oid)}`).not.toBe(`${name} ${String(before.get(name))}`);
  expect(targetsOf(report, 'refresh')).toHaveLength(VIEWS);
  for (const [schema, name] of views) {
    const rows = await db.rows(`select from ${quoteQualified(schema, name)}`);
    expect(`${quoteLiteral(name)}: ${String(rows.length)}`).toBe(`${quoteLiteral(name)}: 20`);
  }
}

/** Names of a step's succeeded targets. */
function namesOf(report: ReportV1, id: string): string[] {
  const done = targetsOf(report, id).filter(({ status }) => status === 'succeeded');
  return done.map(({ name }) => name).sort();
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../../src/index.js';
import { runCli, type CliResult } from '../../support/cli.js';
import { useOwnServer } from '../../support/own-server.js';
import { ROOT } from '../../support/root.js';
import { libpqEnvironment, serverIsGiven } from '../../support/server.js';
import { runbook, useFolder } from '../engine/support.js';
import { until } from '../support/background.js';

const server = useOwnServer('exact-sql');
const folder = useFolder();
let uri = '';

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const cli = (...args: string[]): Promise<CliResult> =>
  runCli(args, { env: libpqEnvironment(uri), cwd: folder });

/** With these the log has every text that any process parses, whole, and who parsed it. */
const LOGGING = {
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_rotation_size: '0',
  log_parser_stats: 'on',
  log_min_error_statement: 'debug5',
};

/** The names are such that no quoting, escaping or shortening of the SQL could go unseen. */
const SCHEMA = `
create extension pg_background;
create schema "x ""y"" 'z'";
set search_path = "x ""y"" 'z'";
create table "größe\n🐘 \\n" (id int primary key, t text);
create table small_2 (id int primary key); create table small_3 (id int);
create table rewritten (id int); create table rewritten_2 (id int);
create table counted (id int); insert into counted select generate_series(1, 100);
create table indexed (id int); create index "ix 1" on indexed (id); create index "ix 2" on indexed (id);
create table blocked (id int); create index blocked_ix on blocked (id);
create materialized view below as select 1 as one; create materialized view above as select * from below;
create materialized view beside as select 1 as one; create unique index on beside (one);
create table filled (id int primary key, a text); insert into filled select i, null from generate_series(1, 2000) i;
create table purged (id int primary key, a text); insert into purged select i, 'x' from generate_series(1, 2000) i;
create table archive (like purged);
create procedure noop(text) language plpgsql as 'begin commit; end'`;

const STEPS = String.raw`
  - id: vacuum-packed
    vacuum: { tables: { include: ["x*.small*", "x*.größe*"] }, options: { verbose: true } }
  - id: vacuum-alone
    vacuum: { tables: { include: ["x*.rewritten*"] }, options: { full: true } }
  - id: analyze
    analyze: { tables: { include: ["x*.counted"] } }
  - id: reindex
    reindex: { indexes: { include: ["x*.ix*"] } }
  - id: reindex-blocking
    reindex: { indexes: { include: ["x*.blocked_ix"] }, concurrently: false }
  - id: refresh
    refresh: { views: { include: ["x*.below", "x*.above"] } }
  - id: refresh-concurrently
    refresh: { views: { include: ["x*.beside"] }, concurrently: true }
  - id: backfill
    backfill:
      table: '"x ""y"" ''z''".filled'
      key: id
      set: { a: "'it''s ' || $$ a \\ ' $$" }
      where: a is null -- a comment
      batch: { rows: 1000 }
    concurrency: 2
  - id: purge
    purge:
      table: '"x ""y"" ''z''".purged'
      key: id
      where: id <= 1000
      archive_to: '"x ""y"" ''z''".archive'
  - id: sql
    sql: |
      -- a comment;
      delete from "x ""y"" 'z'".counted where id > 99;
      select $a$ $b$ ' ; $a$, E'\\ \t', '  größe 🐘', :'text';

        select 1 /* the end */   -- and no semicolon
  - id: call
    sql: "\n call \"x \"\"y\"\" 'z'\".noop( :'text' ) ; "
    transaction: false
`;

const HEAD = `parameters: { text: { type: string, default: "it's\\\\ \\"it\\"" } }
budget: { workers: 8, keep_free: 0 }`;

/** `step/task` and its SQL. */
const planned = (plan: PlanV1): Record<string, string[]> =>
  Object.fromEntries(
    plan.steps.flatMap(({ id, tasks }) =>
      tasks.map(({ number, sql }) => [`${id}/${String(number)}`, [sql]]),
    ),
  );

interface Line {
  readonly message: string;
  readonly application_name?: string;
  readonly backend_type: string;
  readonly statement?: string;
}

/** The same of a run's workers, by the server's log; a text that came several times stands once. */
async function parsed(runId: string): Promise<Record<string, string[]>> {
  const [log] = await query<{ text: string }>(
    "select pg_read_file(pg_current_logfile('jsonlog')) as text",
  );
  const found: Record<string, string[]> = {};
  for (const text of log?.text.split('\n').slice(0, -1) ?? []) {
    const { message, application_name: name = '', ...line } = JSON.parse(text) as Line;
    const task = new RegExp(`^pg-runbook/${runId}/([^/]+/\\d+)$`).exec(name)?.[1];
    if (task === undefined || line.backend_type !== 'pg_background') continue;
    if (message !== 'PARSER STATISTICS') continue;
    found[task] = [...new Set([...(found[task] ?? []), line.statement ?? ''])];
  }
  return found;
}

async function oldestUnusedXid(): Promise<string | undefined> {
  const sql = 'select pg_snapshot_xmax(pg_current_snapshot())::text as xid';
  return (await query<{ xid: string }>(sql))[0]?.xid;
}

function writeRunbook(policy: string): string {
  const path = join(folder, `${policy}.yaml`);
  const defaults = `defaults: { timeout: 40s, on_failure: continue, policy: ${policy} }`;
  writeFileSync(path, runbook(STEPS.replace(/^\n/, ''), `${HEAD}\n${defaults}`));
  return path;
}

async function makePlan(policy: string): Promise<{ path: string; plan: PlanV1 }> {
  const path = join(folder, `${policy}.plan.json`);
  const made = await cli('plan', writeRunbook(policy), '--out', path);
  expect(made.code, made.stderr).toBe(0);
  return { path, plan: JSON.parse(readFileSync(path, 'utf8')) as PlanV1 };
}

describe.skipIf(serverIsGiven())('a server that logs all that it parses', () => {
  beforeAll(async () => {
    uri = await server.start();
    for (const [name, value] of Object.entries(LOGGING)) {
      await query(`alter system set ${name} = '${value}'`);
    }
    await server.stop('fast');
    uri = await server.start();
    await query(SCHEMA);
  }, 120_000);

  it('sees no transaction id go when a plan is made, of any kind of step', async () => {
    const before = await oldestUnusedXid();
    const { plan } = await makePlan('wait');
    expect(await oldestUnusedXid()).toBe(before);
    expect(plan.steps.every(({ tasks }) => tasks.length > 0)).toBe(true);
    await query('create table written ()');
    expect(await oldestUnusedXid()).not.toBe(before);
  });

  it.each(['wait', 'detach'])('%s: gets the SQL of the plan, byte for byte', async (policy) => {
    const { path, plan } = await makePlan(policy);
    const ran = await cli('run', '--plan', path, '--report', join(folder, 'r.json'));
    expect(ran.code, ran.stderr).toBe(0);
    const waited = await cli('wait', 'latest', '--report', join(folder, 'w.json'));
    expect(waited.code, waited.stderr).toBe(0);
    const [run] = await query<{ id: string }>(
      'select run_id as id from runbook.run order by started_at desc limit 1',
    );
    const wanted = planned(plan);
    const got = await until(async () => {
      const seen = await parsed(run?.id ?? '');
      return Object.keys(seen).length >= Object.keys(wanted).length ? seen : undefined;
    }, 'the log has all tasks');
    expect(got).toEqual(wanted);
  });

  it('was given every kind of step, and packs as well as single relations', async () => {
    const { plan } = await makePlan('wait');
    const path = join(ROOT, 'schemas', 'runbook.v1.schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8')) as {
      definitions: { step: { oneOf: { required: [string] }[] } };
    };
    const kinds = schema.definitions.step.oneOf.map(({ required }) => required[0]);
    expect(new Set(plan.steps.map(({ kind }) => kind))).toEqual(new Set(kinds));
    const sizes = (id: string): number[] | undefined =>
      plan.steps.find((step) => step.id === id)?.tasks.map(({ targets }) => targets.length);
    expect(Math.max(...(sizes('vacuum-packed') ?? []))).toBeGreaterThan(1);
    expect(sizes('vacuum-alone')).toEqual([1, 1]);
    expect(sizes('backfill')).toEqual([1, 1]);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runFile, SHOP_FILES, withClient } from '../../scripts/demo/shop.js';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { quoteIdentifier, showIdentifiers } from '../../src/sql/quote.js';
import { runCli, type CliResult } from '../support/cli.js';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database.js';
import { invisibleIn } from '../unit/hostile-text.js';
import { runHere } from '../support/in-process.js';
import { runbookOf } from '../db/support/run-yaml.js';

const PASSWORD = 'for tests only';
const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-grants-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Setting {
  readonly db: TestDatabase;
  readonly role: string;
  /** libpq's environment of the role. */
  readonly env: Readonly<Record<string, string>>;
}

/** A database in which PUBLIC has nothing, and a role that has nothing either. */
async function withNobody(
  suffix: string,
  work: (setting: Setting) => Promise<void>,
): Promise<void> {
  const db = await createTestDatabase();
  // Others tell by these first letters that a role is a test's.
  const role = `pgrb_test_${db.name.slice(-30)}${suffix}`;
  const quoted = quoteIdentifier(role);
  try {
    await db.query(`create role ${quoted} login noinherit password '${PASSWORD}'`);
    await db.query(`
      revoke all on database ${db.name} from public;
      revoke all on schema public from public`);
    await work({ db, role, env: { ...db.env, PGUSER: role, PGPASSWORD: PASSWORD } });
    await db.assertNoLeaks();
  } finally {
    await db.query(`drop owned by ${quoted} cascade`);
    await db.drop();
    await onServer((client) => client.query(`drop role ${quoted}`));
  }
}

interface Check {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly fix?: string;
}

const asOptions = (parameters: readonly string[]): string[] =>
  parameters.flatMap((pair) => ['-p', pair]);

async function doctor(file: string, parameters: readonly string[], env: Setting['env']) {
  const result = await runHere(['doctor', file, ...asOptions(parameters), '--json'], { env });
  if (result.stdout === '') return { code: result.code, fixes: [result.stderr], checks: [] };
  const { checks } = JSON.parse(result.stdout) as { checks: Check[] };
  const fixes = checks.filter(({ state }) => state === 'fix').map(({ fix }) => fix);
  return { code: result.code, fixes, checks };
}

const script = (file: string, parameters: readonly string[], { db, role }: Setting) =>
  runCli(['grants', file, ...asOptions(parameters), '--role', role], { env: db.env });

/** What of the script is no comment. Only names in a statement may have line breaks. */
function statements({ stdout }: CliResult): string[] {
  return stdout
    .split(/;\n/)
    .flatMap((piece) => /^(?:GRANT|CREATE SCHEMA) [^]*/m.exec(piece)?.[0] ?? []);
}

function revoked(statement: string, role: string): string {
  if (statement.startsWith('CREATE SCHEMA')) return 'DROP SCHEMA runbook CASCADE';
  const tail = ` TO ${showIdentifiers(quoteIdentifier(role))}`;
  const end = statement.lastIndexOf(tail);
  expect(end).toBeGreaterThan(0);
  return `REVOKE ${statement.slice('GRANT '.length, end)} FROM ${showIdentifiers(quoteIdentifier(role))}`;
}

async function runToSuccess(file: string, parameters: readonly string[], env: Setting['env']) {
  const report = join(folder, 'report.json');
  const ran = await runCli(['run', file, ...asOptions(parameters), '--report', report], { env });
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  const waited = await runCli(['wait', 'latest', '--report', report], { env });
  expect(waited, waited.stderr).toMatchObject({ code: 0 });
  const { run, steps } = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
  expect(run.status).toBe('succeeded');
  return steps;
}

/** Runs the whole script, then takes away each of its statements in turn. */
async function provesExact(file: string, parameters: readonly string[], setting: Setting) {
  const { db, role, env } = setting;
  const printed = await script(file, parameters, setting);
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(invisibleIn(printed.stdout)).toEqual([]);
  expect(printed.stdout).not.toContain(PASSWORD);
  expect(printed.stdout).not.toContain(db.env['PGPASSWORD']);
  await db.query(printed.stdout);
  expect(await doctor(file, parameters, env)).toMatchObject({ code: 0, fixes: [] });
  const list = statements(printed);
  expect(list.length).toBeGreaterThan(10);
  for (const statement of list) {
    await db.query(revoked(statement, role));
    const { code, fixes } = await doctor(file, parameters, env);
    expect(code, statement).toBe(3);
    const connect = statement.startsWith('GRANT CONNECT');
    expect(fixes, statement).toContainEqual(
      connect ? expect.stringContaining(`hint: ${statement};`) : `${statement};`,
    );
    await db.query(statement);
  }
  expect(await doctor(file, parameters, env)).toMatchObject({ code: 0, fixes: [] });
}

describe('grants', () => {
  it('gives what the nightly example needs, over tables of others', async () => {
    const file = 'runbooks/nightly-maintenance.yaml';
    const parameters = ['min_dead_rows=100', 'min_index_size=8kB'];
    await withNobody('_nightly', async (setting) => {
      await withClient(setting.db.uri, async (client) => {
        for (const part of SHOP_FILES) await runFile(client, part, 0.02);
      });
      await provesExact(file, parameters, setting);
      const steps = await runToSuccess(file, parameters, setting.env);
      const busy = steps.filter(({ tasks }) => tasks.length > 0).map(({ id }) => id);
      expect(busy).toEqual([
        'old-carts',
        'vacuum-hot',
        'analyze',
        'reindex-bloated',
        'refresh-views',
      ]);
    });
  }, 240_000);

  it('gives what every other kind needs, whatever the names', async () => {
    const [schema, table] = ['S"; drop \u202etable x; -- ü', 'the "T"\\\n-- größe\u200b'];
    const quoted = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
    const file = join(folder, 'hostile.yaml');
    writeFileSync(
      file,
      runbookOf(`
  - id: backfill
    backfill: { table: ${JSON.stringify(quoted)}, key: id, set: { b: upper(a) }, where: b is null, throttle: { sql: select count(*) = 0 from s.brake } }
  - id: purge
    needs: [backfill]
    purge: { table: s.t, key: id, where: id in (select id from s.old), archive_to: s.archive }
  - id: refresh
    refresh: { views: { include: ["s.*"] }, concurrently: true }
  - id: note
    sql: insert into s.log select count(*) from s.t
    settings: { session_replication_role: replica }
  - id: rebuild
    needs: [note]
    reindex: { tables: { include: ["s.*"] } }
    policy: detach
`),
    );
    await withNobody(' "R"; --é\u2066', async (setting) => {
      await setting.db.query(`
        create schema s; create schema ${quoteIdentifier(schema)};
        create table ${quoted} (id int primary key, a text, b text, secret text);
        insert into ${quoted} select i, 'a' from generate_series(1, 50) i;
        create table s.t (id int primary key, a text); insert into s.t select generate_series(1, 50);
        create table s.archive (like s.t); create table s.old as select 7 as id;
        create table s.log (n int); create table s.brake ();
        create materialized view s.v as select id from s.t; create unique index on s.v (id)`);
      await provesExact(file, [], setting);
      const steps = await runToSuccess(file, [], setting.env);
      expect(steps.map(({ status }) => status)).toEqual(Array(5).fill('succeeded'));
      await runToSuccess(file, [], setting.env);
      const [kept] = await setting.db.rows('select array_agg(id) as ids from s.archive');
      expect(kept).toEqual({ ids: [7] });
      const [secret] = await setting.db.rows(
        `select has_column_privilege($1, $2, 'secret', 'SELECT') as read`,
        [setting.role, quoted],
      );
      expect(secret).toEqual({ read: false });
    });
  }, 240_000);

  it('names the columns whose statistics tell the bloat: without them nothing is rebuilt', async () => {
    const file = join(folder, 'bloat.yaml');
    const step = '  - id: bloated\n    reindex: { indexes: { include: ["s.*"], min_bloat: 0.2 } }';
    writeFileSync(file, runbookOf(step));
    await withNobody('_bloat', async ({ db, role, env }) => {
      await db.query(`
        create schema s; create table s.t (id int, secret text); create index on s.t (id);
        insert into s.t select generate_series(1, 20000); delete from s.t where id % 5 <> 0`);
      await db.query('vacuum analyze s.t');
      const { stdout } = await runCli(['grants', file, '--role', role], { env: db.env });
      const both = `GRANT MAINTAIN, SELECT ("id") ON TABLE "s"."t" TO "${role}";`;
      expect(stdout).toContain(both);
      await db.query(stdout);
      await db.query(`revoke select (id) on s.t from "${role}"`);
      expect((await doctor(file, [], env)).fixes).toEqual([
        `GRANT SELECT ("id") ON TABLE "s"."t" TO "${role}";`,
      ]);
      const planned = () => runCli(['plan', file, '--json'], { env });
      expect((await planned()).stdout).toContain('"tasks": []');
      await db.query(`grant select (id) on s.t to "${role}"`);
      expect((await planned()).stdout).toContain('REINDEX INDEX CONCURRENTLY');
    });
  });

  it('tells of a setting that the server refuses to a walk, and of the privilege for it', async () => {
    const file = join(folder, 'setting.yaml');
    const step = `  - id: fill
    backfill: { table: s.t, key: id, set: { a: "'x'" } }`;
    const write = (settings: string): void => {
      writeFileSync(file, runbookOf(`${step}\n    settings: ${settings}`));
    };
    await withNobody('_setting', async ({ db, role, env }) => {
      await db.query(`
        create schema s; create table s.t (id int primary key, a text);
        grant connect on database ${db.name} to "${role}"`);
      write('{ work_mem: 12 bananas }');
      for (const command of ['plan', 'grants']) {
        const { code, stderr } = await runHere([command, file], { env: db.env });
        expect(code, stderr).toBe(3);
        expect(stderr).toContain('step fill: setting work_mem: invalid value');
        expect(stderr).toContain('[setting_refused]\n  hint: Correct it under `settings`');
      }
      const { code, checks } = await doctor(file, [], db.env);
      expect(code).toBe(3);
      expect(checks.map(({ detail }) => detail).join('\n')).toContain('setting work_mem: invalid');
      write('{ log_statement: all }');
      const { stdout } = await script(file, [], { db, role, env });
      const set = `GRANT SET ON PARAMETER "log_statement" TO "${role}";`;
      expect(stdout).toContain(set);
      await db.query(stdout);
      await db.query(`revoke set on parameter log_statement from "${role}"`);
      for (const command of ['plan', 'grants']) {
        const refused = await runHere([command, file], { env });
        expect(refused.code, refused.stderr).toBe(3);
        expect(refused.stderr).toContain('setting log_statement: permission denied');
        expect(refused.stderr).toContain(`[setting_refused]\n  hint: ${set}`);
      }
      const small = await doctor(file, [], env);
      expect(small).toMatchObject({ code: 3, fixes: expect.arrayContaining([set]) as string[] });
      await db.query(set);
      expect(await doctor(file, [], env)).toMatchObject({ code: 0, fixes: [] });
    });
  });

  it('refuses a role that is not there, and a runbook that it cannot look at', async () => {
    await withNobody('_refused', async ({ db, role, env }) => {
      await db.query('create schema s; create table s.t (id int primary key)');
      await db.query(`grant connect on database ${db.name} to "${role}"`);
      const file = join(folder, 'refused.yaml');
      writeFileSync(
        file,
        runbookOf('  - id: p\n    purge: { table: s.t, key: id, where: id < 0 }'),
      );
      const absent = await runCli(['grants', file, '--role', 'nobody'], { env: db.env });
      expect(absent).toMatchObject({ code: 2, stdout: '' });
      expect(absent.stderr).toContain('there is no role nobody');
      const blind = await runCli(['grants', file], { env });
      expect(blind).toMatchObject({ code: 3, stdout: '' });
      expect(blind.stderr).toContain('permission denied for schema s');
      const alone = await runCli(['doctor', '-p', 'a=b'], { env: db.env });
      expect(alone).toMatchObject({ code: 2, stdout: '' });
    });
  });
});

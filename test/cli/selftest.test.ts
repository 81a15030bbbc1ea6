import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SelftestDocument } from '../../src/selftest/document.js';
import { quoteIdentifier } from '../../src/sql/quote.js';
import { runCli, type CliOptions, type CliResult } from '../support/cli.js';
import { onServer, useTestDatabase } from '../support/database.js';
import { useOwnServer } from '../support/own-server.js';
import { databaseUri, libpqEnvironment, serverIsGiven } from '../support/server.js';

const db = await useTestDatabase();
const PASSWORD = 'for tests only';

/** A whole selftest takes some 10 s; other test files work on the machine meanwhile. */
const LONG = { timeout: 120_000 };
const DEADLINE = { deadlineMs: 110_000 };

const selftest = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  runCli(['selftest', ...args], { env: db.env, ...DEADLINE, ...options });

const undo: string[] = [];
afterAll(async () => {
  await onServer(async (client) => {
    for (const sql of undo.reverse()) await client.query(sql);
  });
});

/** A role that may log in, and has just this. */
async function makeRole(suffix: string, rights: string): Promise<Record<string, string>> {
  const role = quoteIdentifier(`${db.name}_${suffix}`);
  await onServer((client) =>
    client.query(`create role ${role} login password '${PASSWORD}' ${rights}`),
  );
  undo.push(`drop role ${role}`);
  return { ...db.env, PGUSER: `${db.name}_${suffix}`, PGPASSWORD: PASSWORD };
}

/** A template database with the extension in schema pgbg, and what is made of it. */
async function makeTemplate(suffix: string, sql: string): Promise<string> {
  // Not of the names that are cleared away after a killed test run: a template cannot be dropped.
  const name = `${db.name}_${suffix}`.replace('pgrb_test', 'pgrb_selftest');
  await onServer((client) =>
    client.query(`create database ${name} template ${inject('templateDatabase')} is_template true`),
  );
  undo.push(`drop database ${name}`, `alter database ${name} is_template false`);
  await withClient(databaseUri(name), (client) => client.query(sql));
  return name;
}

async function withClient<T>(uri: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const databaseOf = ({ stderr }: CliResult): string =>
  /database (pg_runbook_selftest_\w+)/.exec(stderr)?.[1] ?? '';

/** The database is gone, and with it every session and worker that was in it. */
async function expectNothingLeft(result: CliResult): Promise<void> {
  const name = databaseOf(result);
  expect(name, result.stderr).not.toBe('');
  const left = await onServer((client) =>
    client.query(
      `select datname from pg_database where datname = $1
        union all select datname from pg_stat_activity where datname = $1`,
      [name],
    ),
  );
  expect(left.rows).toEqual([]);
}

const parse = ({ stdout, stderr }: CliResult): SelftestDocument => {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as SelftestDocument;
};

describe('selftest', () => {
  it('holds on this server, says so within 80 columns, and leaves nothing', LONG, async () => {
    const result = await selftest(['--template', 'template0']);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /^ok +[\d.]+m?s {2}\w/.test(line))).toHaveLength(16);
    expect(result.stdout).toMatch(/^PostgreSQL .*, pg_background .*, dialect 2\.x, /m);
    expect(result.stdout).toMatch(/^yes +outcome /m);
    expect(result.stdout).toMatch(/All 16 cases hold: /);
    console.info(/All 16 .*/.exec(result.stdout.replaceAll('\n', ' '))?.[0]);
    await expectNothingLeft(result);
    expect(await db.rows("select from pg_namespace where nspname = 'runbook'")).toEqual([]);
  });

  it('works for a small role, from a template, on the older dialect', LONG, async () => {
    const template = await makeTemplate(
      'older',
      `alter extension pg_background drop function pgbg.pg_background_result_info(int4, int8);
       alter extension pg_background drop function pgbg.pg_background_result_info_v2(int4, int8);
       update pg_extension set extversion = '1.9' where extname = 'pg_background';
       grant usage on schema pgbg to public`,
    );
    const env = await makeRole('small', 'createdb in role pgbackground_role');
    const result = await selftest(['--template', template, '--json'], { env });
    const document = parse(result);
    expect(document.cases.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(result.code).toBe(0);
    const {
      started_at: startedAt,
      duration_ms: ms,
      server,
      cases,
      capabilities,
      ...rest
    } = document;
    expect(rest).toEqual({ selftest_version: 1, status: 'ok', left_behind: null });
    expect(startedAt).toMatch(/^\d{4}-.*Z$/);
    expect(ms).toBeLessThan(90_000);
    const { version, max_worker_processes: slots, free_worker_slots: free, ...others } = server;
    expect(others).toEqual({
      role: env['PGUSER'],
      pg_background: { version: '1.9', dialect: '1.x' },
    });
    expect(version).toMatch(/^\d+/);
    expect(slots).toBeGreaterThanOrEqual(free);
    const { duration_ms: took, ...first } = cases[0]!;
    expect(took).toBeGreaterThan(0);
    expect(first).toEqual({
      name: 'waited_sql',
      title: 'waited task',
      status: 'ok',
      seen: 'row and marker committed together',
    });
    expect(Object.keys(capabilities[0]!)).toEqual(['name', 'state', 'note']);
    const missing = capabilities.filter(({ state }) => state === 'missing');
    expect(missing.map(({ name }) => name)).toEqual(['outcome', 'all sessions']);
    expect(result.stderr).toMatch(/^ok +\S+ {2}waited task /m);
    await expectNothingLeft(result);
  });

  it('fails where the extension does not do what it should, with exit 1', LONG, async () => {
    const template = await makeTemplate(
      'lying',
      `create or replace function pgbg.pg_background_error_info(pid int4, cookie int8)
         returns pgbg.pg_background_error language sql
         return row('XX001', 'a lie', null, null, null, null, null, null, null)::pgbg.pg_background_error`,
    );
    const result = await selftest(['--template', template]);
    expect(result.code, result.stdout + result.stderr).toBe(1);
    expect(result.stdout).toMatch(/^FAILED +\S+ {2}failing statement +SQLSTATE: "XX001", and not/m);
    expect(result.stdout).toMatch(/^ok +\S+ {2}waited task /m);
    expect(result.stdout).toMatch(/\d+ of 16 cases do not hold on this server: failing_sql, /);
    await expectNothingLeft(result);
  });
});

describe('selftest, interrupted', () => {
  it.each([
    ['SIGTERM', 'before the first case', /in database/, 143],
    ['SIGINT', 'between cases and within one', /lock_timeout and retry/, 130],
  ] as const)('by %s %s drops the database', LONG, async (signal, _when, seen, code) => {
    const result = await selftest(['--json', '--template', 'template0'], {
      signalAfter: { signal, seen, ms: 200 },
    });
    expect(result.code, result.stderr).toBe(code);
    const { status, cases } = parse(result);
    expect(status).toBe('interrupted');
    expect(cases).toHaveLength(16);
    expect(cases.at(-1)).toMatchObject({ status: 'not_run', seen: 'interrupted' });
    await expectNothingLeft(result);
  });

  it('says which database is left when a stranger is in it, and what drops it', LONG, async () => {
    const env = await makeRole('strange', 'superuser');
    const running = selftest(['--template', 'template0'], {
      env,
      signalAfter: { signal: 'SIGINT', seen: /lock_timeout and retry/ },
    });
    const name = await untilDatabaseOf(env['PGUSER'] ?? '');
    await withClient(databaseUri(name), async (stranger) => {
      const result = await running;
      expect(result.code, result.stderr).toBe(130);
      expect(result.stderr).toContain(`drop it: DROP DATABASE "${name}" WITH (FORCE);`);
      // It was not touched, and it is alone.
      const { rows } = await stranger.query(
        'select pid = pg_backend_pid() as mine from pg_stat_activity where datname = current_database()',
      );
      expect(rows).toEqual([{ mine: true }]);
    });
    await onServer((client) => client.query(`DROP DATABASE "${name}" WITH (FORCE);`));
  });
});

/** The database that a role has made, once one can connect to it. */
async function untilDatabaseOf(role: string): Promise<string> {
  let found: string | undefined;
  await expect
    .poll(
      async () => {
        const { rows } = await onServer((client) =>
          client.query<{ datname: string }>(
            'select a.datname from pg_stat_activity a join pg_database d using (datname) join pg_roles r on r.oid = d.datdba where r.rolname = $1',
            [role],
          ),
        );
        return (found = rows[0]?.datname);
      },
      { timeout: 20_000 },
    )
    .toBeDefined();
  return found ?? '';
}

describe('selftest is refused', () => {
  it.each([
    ['who may not create databases', '', [], '[privilege_missing]', ' CREATEDB;'],
    [
      'who may not create the extension',
      'createdb',
      ['--template', 'template0'],
      'may not create the extension in a new database',
      'CREATE EXTENSION pg_background; and GRANT pgbackground_role TO',
    ],
    [
      'who names a database that is no template',
      'createdb',
      ['--template', 'postgres'],
      '[template_refused]',
      'IS_TEMPLATE true',
    ],
    [
      'who names a template that is not there',
      'createdb',
      ['--template', 'nothing like that'],
      '[template_refused]',
      'Name one that is marked',
    ],
  ])('to a role %s', async (who, rights, args, complaint, way) => {
    const env = await makeRole(who.replaceAll(/\W/g, '').slice(-20), rights);
    const { code, stdout, stderr } = await selftest(args, { env });
    expect(code, stderr).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(complaint);
    expect(stderr).toContain(way);
    const left = await db.rows(
      'select from pg_database d join pg_roles r on r.oid = d.datdba where r.rolname = $1',
      [env['PGUSER']],
    );
    expect(left).toEqual([]);
  });

  it('to a role of the template that may not use the extension', async () => {
    const template = await makeTemplate('strict', 'grant usage on schema pgbg to public');
    const env = await makeRole('unnamed', 'createdb');
    const { code, stderr } = await selftest(['--template', template], { env });
    expect([code, stderr]).toEqual([3, expect.stringContaining('GRANT pgbackground_role TO')]);
  });
});

const server = useOwnServer('selftest');

describe.skipIf(serverIsGiven())('on a server with few worker slots', () => {
  let uri = '';
  beforeAll(async () => {
    uri = await server.start();
    await withClient(uri, (client) => client.query('alter system set max_worker_processes = 3'));
    await server.stop('fast');
    uri = await server.start();
  }, 120_000);

  it('is refused, with their number', async () => {
    const { code, stderr } = await selftest([], { env: libpqEnvironment(uri) });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/[012] of 3 worker slots are free.*\[budget_impossible\]/);
    expect(stderr).toContain('max_worker_processes');
  });
});

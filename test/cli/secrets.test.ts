import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeRole } from '../db/support/roles.js';
import { runbookOf } from '../db/support/run-yaml.js';
import { runCli, type CliResult, type Ending } from '../support/cli.js';
import { onServer, useTestDatabase } from '../support/database.js';
import { runHere } from '../support/in-process.js';
import { EXTENSION_SCHEMA } from '../support/template.js';

const db = await useTestDatabase();
const user = `${db.name}_secret`;
/** Without characters that a URI would write otherwise, so that one text is looked for everywhere. */
const SECRET = `hush_${Math.random().toString(36).slice(2)}`;

const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-secrets-'));
const file = (name: string): string => join(folder, name);
const { PGHOST = '', PGPORT = '', PGDATABASE = '' } = db.env;
const reach = { PGHOST, PGPORT, PGUSER: user, PGDATABASE };

beforeAll(async () => {
  await makeRole((sql) => db.query(sql), { user, password: SECRET }, EXTENSION_SCHEMA);
  const steps = `
  - id: good
    sql: select pg_catalog.pg_sleep(0.5)
  - id: bad
    sql: select 1 / 0
  - id: later
    sql: select pg_catalog.pg_sleep(0.1)
    policy: detach
`;
  writeFileSync(file('book.yaml'), runbookOf(steps));
  const [host, port] = [`host=${PGHOST}`, `port=${PGPORT}`];
  writeFileSync(
    file('service'),
    [
      ...['[mine]', host, port, `user=${user}`, `dbname=${PGDATABASE}`, `password=${SECRET}`],
      ...['[away]', host, 'port=1', `user=${user}`, `password=${SECRET}`],
      ...['[refused]', host, port, 'user=nobody', `password=${SECRET}`],
    ].join('\n'),
  );
  writeFileSync(file('pgpass'), `*:*:*:${user}:${SECRET}\n`, { mode: 0o600 });
  // The library that reads it knows this process's environment alone.
  vi.stubEnv('PGPASSFILE', file('pgpass'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  await db.query(`drop owned by ${user}`);
  await onServer((client) => client.query(`drop role ${user}`));
});

interface Way {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const uri = `postgresql://${user}:${SECRET}@${PGHOST}:${PGPORT}/${PGDATABASE}`;
const WAYS: Readonly<Record<string, Way>> = {
  PGPASSWORD: { args: [], env: { ...reach, PGPASSWORD: SECRET } },
  PGPASSFILE: { args: [], env: { ...reach, PGPASSFILE: file('pgpass') } },
  PGSERVICE: { args: [], env: { PGSERVICE: 'mine', PGSERVICEFILE: file('service') } },
  'a URI': { args: ['--dsn', uri], env: {} },
  'a URI with a parameter': {
    args: ['--dsn', `${uri.replace(`:${SECRET}`, '')}?password=${SECRET}`],
    env: {},
  },
  keywords: {
    args: [
      '--dsn',
      `host=${PGHOST} port=${PGPORT} user=${user} dbname=${PGDATABASE} password='${SECRET}'`,
    ],
    env: {},
  },
};

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Processes beneath one; of those that have ended meanwhile nothing. */
function descendants(pid: number): number[] {
  const children = readIfThere(`/proc/${String(pid)}/task/${String(pid)}/children`)
    .split(' ')
    .filter((one) => one !== '')
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** What others can see while it runs: command lines, and the server's sessions. */
async function watch(running: Promise<CliResult>): Promise<{ lines: string[]; seen: string[] }> {
  const over = new AbortController();
  void running.finally(() => {
    over.abort();
  });
  const lines: string[] = [];
  const seen: string[] = [];
  while (!over.signal.aborted) {
    const sessions = await db.rows<{ pid: number; text: string }>(
      'select pid, a::text as text from pg_stat_activity a where datname = $1 and usename = $2',
      [db.name, user],
    );
    seen.push(...sessions.map(({ text }) => text));
    for (const { pid } of sessions) {
      // Where the server is on this machine, and shares its numbers.
      for (const what of ['cmdline', 'environ']) lines.push(readIfThere(`/proc/${pid}/${what}`));
    }
    // A program is known by its title; before, it is node, which hides its arguments in a moment.
    const programs = sessions.length === 0 ? [] : descendants(process.pid);
    lines.push(...programs.map((pid) => readIfThere(`/proc/${pid}/cmdline`)));
    await sleep(20);
  }
  return { lines, seen };
}

/** All of the ledger as text. */
async function ledgerText(): Promise<string> {
  const tables = await db.rows<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'runbook'`,
  );
  expect(tables.length).toBeGreaterThan(5);
  const texts = [];
  for (const { name } of tables) {
    const [row] = await db.rows<{ text: string | null }>(
      `select string_agg(t::text, E'\\n') as text from ${name} t`,
    );
    texts.push(row?.text ?? '');
  }
  return texts.join('\n');
}

describe.each(Object.entries(WAYS))('a password in %s', (_name, { args, env }) => {
  const report = file('report.json');
  const saved = file('plan.json');
  const book = file('book.yaml');
  const text = ({ stdout, stderr }: Ending): string => stdout + stderr;

  it('shows nowhere: not in output, files, ledger, sessions or processes', async () => {
    const planned = await runCli(['plan', book, '--out', saved, ...args], { env });
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    const running = runCli(
      ['run', '--plan', saved, '--log-format', 'json', '--report', report, ...args],
      { env },
    );
    const { lines, seen } = await watch(running);
    const ran = await running;
    expect(ran, ran.stderr).toMatchObject({ code: 1 });
    expect(lines.some((line) => line.startsWith('pg-runbook'))).toBe(true);
    expect(seen.some((session) => session.includes('pg_background'))).toBe(true);
    const looked = [
      await runCli(['wait', 'latest', '--report', report, ...args], { env }),
      await runCli(['doctor', book, ...args], { env }),
      await runHere(['status', 'latest', '--json', ...args], { env }),
      await runHere(['why', 'latest', ...args], { env }),
      await runHere(['grants', book, ...args], { env }),
    ];
    expect(looked.map(({ code }) => code)).toEqual([1, 0, 0, 0, 0]);
    const everything = {
      outputs: [planned, ran, ...looked].map(text),
      report: readFileSync(report, 'utf8'),
      plan: readFileSync(saved, 'utf8'),
      ledger: await ledgerText(),
      sessions: seen,
      processes: lines,
    };
    expect(everything.ledger).toContain('division by zero');
    for (const [where, what] of Object.entries(everything)) {
      expect([what].flat().join('\n').includes(SECRET), where).toBe(false);
    }
  });

  it('shows in no message when the server cannot be reached or refuses', async () => {
    const service = (name: string) => ('PGSERVICE' in env ? { PGSERVICE: name } : {});
    const elsewhere = args.map((arg) =>
      arg.replace(`port=${PGPORT}`, 'port=1').replace(`:${PGPORT}/`, ':1/'),
    );
    const away = await runCli(['doctor', ...elsewhere], {
      env: { ...env, PGPORT: '1', ...service('away') },
    });
    const unknown = args.map((arg) => arg.replaceAll(user, 'nobody_of_this_name'));
    const refused = await runCli(['doctor', ...unknown], {
      env: { ...env, PGUSER: 'nobody', ...service('refused') },
    });
    for (const result of [away, refused]) {
      expect(result).toMatchObject({ code: 3 });
      expect(text(result)).not.toContain(SECRET);
    }
  });
});

it.each([
  [['plan', 'x.yaml', `--dns=${uri}`]],
  [[`--dsn=${uri}`, 'plan', 'x.yaml']],
  [['validate', uri]],
  [['plan', file('book.yaml'), '-p', uri]],
  [['status', '--dsn', uri, uri]],
  [['plan', 'x.yaml', '--dsn', `${uri}:port/%`]],
])('a DSN in the wrong place of a command line is not repeated whole: %#', async (args) => {
  const { code, stdout, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr).not.toBe('');
  expect(stdout + stderr).not.toContain(SECRET);
});

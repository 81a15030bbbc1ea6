import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { Session } from '../../src/index.js';
import { DEAD_PEERS, OWN_SESSION } from '../../src/model/settings.js';
import { connectionTo } from '../db/support/run-yaml.js';
import { listen, useProxy } from '../db/support/proxy.js';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { ROOT } from '../support/root.js';

const db = await useTestDatabase();
const folder = useFolder();
const at = (name: string): string => join(folder, name);
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const file = at('a.yaml');
fs.writeFileSync(file, runbook('  - id: one\n    sql: SELECT 1\n'));

type Target = number | 'pipe' | 'ignore';

/** Runs the program with its streams where a test wants them; a pipe is closed at once. */
async function runInto(
  args: readonly string[],
  stdout: Target,
  stderr: Target,
): Promise<number | null> {
  const env = { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C', ...db.env };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ['ignore', stdout, stderr],
  });
  child.stdout?.destroy();
  child.stderr?.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

const full = fs.openSync('/dev/full', 'w');
afterAll(() => {
  fs.closeSync(full);
});

describe('a full disk or a closed pipe', () => {
  const cases: readonly (readonly [string, Target, Target])[] = [
    ['a full disk behind stderr', 'ignore', full],
    ['a full disk behind stdout', full, 'ignore'],
    ['a closed pipe behind stderr', 'ignore', 'pipe'],
    ['a closed pipe behind stdout', 'pipe', 'ignore'],
    ['both', full, full],
  ];

  it.each(cases)('%s ends no run, and leaves its exit code', async (name, stdout, stderr) => {
    for (const format of ['text', 'json']) {
      const path = at(`${name}-${format}.json`);
      const args = ['run', file, '--report', path, '--log-format', format];
      expect(await runInto(args, stdout, stderr)).toBe(0);
      const report = JSON.parse(fs.readFileSync(path, 'utf8')) as ReportV1;
      expect(report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
    }
  });

  it('behind a result that nobody could read is told by the exit code, where nothing was run', async () => {
    expect((await runCli(['init'], { env: db.env })).code).toBe(0);
    expect(await runInto(['status'], full, 'ignore')).toBe(3);
    expect(await runInto(['status'], 'pipe', 'ignore')).toBe(0);
  });
});

describe('an error text of 50 MB', () => {
  const BYTES = 52_428_800;
  const TOLD = `... (cut: ${String(BYTES)} bytes)`;
  const raise = (level: string): string =>
    `DO $$ BEGIN RAISE ${level} '%', repeat('x', ${String(BYTES)}); END $$`;

  // A busy machine may not read 50 MB in the time that a full queue is given; three times in a row it does.
  it(
    'is cut in report, ledger and terminal, with its length told',
    { retry: 2, timeout: 90_000 },
    async () => {
      const path = at('big.json');
      const yaml = at('big.yaml');
      fs.writeFileSync(
        yaml,
        runbook(`  - id: error\n    sql: ${raise('EXCEPTION')}\n`, 'defaults: { timeout: 60s }'),
      );
      const { code, stdout, stderr } = await runCli(['run', yaml, '--report', path], {
        env: db.env,
      });
      expect(code).toBe(1);
      const report = JSON.parse(fs.readFileSync(path, 'utf8')) as ReportV1;
      const task = report.steps[0]?.tasks[0];
      expect(task?.status).toBe('failed');
      expect(task?.attempts[0]?.message).toMatch(/^x+\.\.\. \(cut: 52428800 bytes\)$/);
      expect(task?.reason?.endsWith(TOLD)).toBe(true);
      expect(fs.statSync(path).size).toBeLessThan(200_000);
      for (const text of [stdout, stderr]) {
        expect(text.length).toBeLessThan(50_000);
        expect(text).toContain(TOLD);
      }
      const [row] = await db.rows<{ bytes: number }>(
        'select sum(octet_length(a::text))::int as bytes from runbook.attempt a',
      );
      expect(row?.bytes).toBeLessThan(200_000);
    },
  );
});

/** A server that takes connections, and says nothing. */
async function blackHole(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  return listen(server, sockets);
}

describe('before a run is recorded, all that goes wrong is exit 3', () => {
  const RUN = ['run', file, '--report', at('never.json')];

  it.each([
    ['a server that is not there', { PGPORT: '1' }, /connection_failed/],
    ['a role that is not there', { PGUSER: 'nobody_of_that_name' }, /connection_failed/],
    ['a database that is not there', { PGDATABASE: 'none_of_that_name' }, /connection_failed/],
  ])('%s', async (_, more, told) => {
    const { code, stderr } = await runCli(RUN, { env: { ...db.env, ...more } });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(told);
  });

  it.each([
    ['a report below a file', at('a.yaml/report.json'), /report_not_written/],
    ['a report on a full disk', '/dev/full', /report_not_written/],
  ])('%s', async (_, path, told) => {
    const { code, stderr } = await runCli(['run', file, '--report', path], { env: db.env });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(told);
  });

  it('metrics that cannot be written', async () => {
    const { code, stderr } = await runCli([...RUN, '--metrics', at('none/a.prom')], {
      env: db.env,
    });
    expect(code, stderr).toBe(3);
  });

  it('a ledger that refuses the record', async () => {
    await runCli(['init'], { env: db.env });
    await db.query(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'no more'; end $$;
      create trigger refuse before insert on runbook.run for each row execute function refuse()`);
    const { code, stderr } = await runCli(RUN, { env: db.env });
    await db.query('drop function refuse cascade');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('no more');
  });

  it('a server that takes the connection and says nothing, within a minute', async () => {
    const port = await blackHole();
    for (const command of [RUN, ['plan', file], ['doctor'], ['status']]) {
      const from = Date.now();
      const { code, stderr } = await runCli(command, { env: { ...db.env, PGPORT: String(port) } });
      expect({ command, code }, stderr).toEqual({ command, code: 3 });
      expect(Date.now() - from).toBeLessThan(50_000);
    }
  }, 200_000);

  it('a server that stops answering while the plan is made, within a minute', async () => {
    const proxy = await useProxy(Number(db.env['PGPORT']));
    proxy.freezeAt('pg_extension');
    const from = Date.now();
    const env = { ...db.env, PGPORT: String(proxy.port) };
    const { code, stderr } = await runCli(RUN, { env });
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('connection_lost');
    expect(Date.now() - from).toBeLessThan(50_000);
    // The proxy has kept its side of the connection.
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'pg-runbook:plan'",
    );
  }, 90_000);
});

it('a query that takes long is waited for', async () => {
  const session = await Session.open(connectionTo(db), 'pg-runbook:test', 60_000);
  expect(await session.query('select pg_sleep(20)::text as t')).toEqual([{ t: '' }]);
  await session.close();
}, 60_000);

describe('sessions of pg-runbook', () => {
  it('have keepalives, and a bound for transactions that wait for them', async () => {
    const session = await Session.open(connectionTo(db), 'pg-runbook:test', 60_000, OWN_SESSION);
    for (const [name, value] of Object.entries(DEAD_PEERS)) {
      const [row] = await session.query<{ value: string }>('select current_setting($1) as value', [
        name,
      ]);
      expect({ name, value: row?.value }).toEqual({ name, value });
    }
    await session.close();
  });
});

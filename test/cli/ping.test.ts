import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli, type CliResult } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';

const db = await useTestDatabase();
const folder = useFolder();
const SECRET = '3f1c-secret';

let monitor: Server | undefined;
afterEach(() => {
  monitor?.closeAllConnections();
  monitor?.close();
});

/** A monitor that answers with a status, or never. */
async function listen(status: number | 'never'): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = [];
  monitor = createServer((request, response) => {
    heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (status !== 'never') response.writeHead(status).end('OK');
  });
  await new Promise<void>((done) => monitor?.listen(0, '127.0.0.1', done));
  const { port } = monitor.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}/${SECRET}`, heard };
}

let files = 0;
function run(sql: string, ...more: string[]): Promise<CliResult> {
  const path = join(folder, `${String((files += 1))}.yaml`);
  writeFileSync(path, runbook(`  - id: one\n    sql: ${sql}\n`));
  return runCli(['run', path, '--report', `${path}.json`, ...more], { env: db.env });
}

it('tells when a run begins, and how it ended', async () => {
  const { url, heard } = await listen(200);
  const codes = [
    (await run('SELECT 1', '--ping', url)).code,
    (await run('SELECT 1 / 0', '--ping', `${url}/`)).code,
    (await run('SELEC 1', '--ping', url)).code,
  ];
  expect(codes).toEqual([0, 1, 2]);
  expect(heard).toEqual(
    ['start', '0', 'start', '1', 'start', '2'].map((end) => `POST /${SECRET}/${end}`),
  );
});

it('tells once of an inventory, with the exit code of the whole', async () => {
  const { url, heard } = await listen(200);
  const inventory = join(folder, 'inventory.yaml');
  const entries = `  - { name: a, dsn: 'dbname=${db.name}' }\n  - { name: b, dsn: 'dbname=x port=1' }\n`;
  writeFileSync(inventory, `api_version: pg-runbook/inventory/v1\ndatabases:\n${entries}`);
  const { code, stderr } = await run('SELECT 1', '--ping', url, '--inventory', inventory);
  expect(code, stderr).toBe(1);
  expect(heard).toEqual([`POST /${SECRET}/start`, `POST /${SECRET}/1`]);
});

it.each([500, 'never'] as const)(
  'changes nothing when the monitor answers %s',
  async (status) => {
    const { url, heard } = await listen(status);
    const { code, stdout, stderr } = await run('SELECT 1', '--ping', url);
    expect(code).toBe(0);
    expect(stdout).toContain('succeeded');
    expect(stderr).toMatch(/ping 0 of 127\.0\.0\.1:\d+ was not heard: .*; the run is not affected/);
    expect(stdout + stderr).not.toContain(SECRET);
    expect(heard).toHaveLength(status === 'never' ? 2 : 6);
  },
  90_000,
);

it('refuses what is no URL, before anything is done', async () => {
  const { code, stderr } = await run('SELECT 1', '--ping', 'file:///etc/passwd');
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('--ping: not a URL of http or https'),
  ]);
  expect(stderr).not.toContain('/etc');
});

it.each(
  [
    ['run', 'x.yaml', '--png', `https://127.0.0.1:1/${SECRET}`],
    ['run', 'x.yaml', `--png=https://127.0.0.1:1/${SECRET}`],
    ['run', 'x.yaml', `--ping=https://u:${SECRET}@127.0.0.1:1/${SECRET}`],
    ['run', 'x.yaml', '--ping', `127.0.0.1:1/${SECRET}`],
    ['run', 'x.yaml', '--ping', `https://127.0.0.1:1/${SECRET}?x=${SECRET}#${SECRET}`],
    ['run', 'x.yaml', '--ping', `https://no.such.host.invalid/${SECRET}`],
    ['run', `https://127.0.0.1:1/${SECRET}`],
    ['validate', `https://127.0.0.1:1/${SECRET}?${SECRET}`],
    ['report', `https://127.0.0.1:1/${SECRET}`],
    ['status', `https://127.0.0.1:1/${SECRET}`],
    ['status', '--dsn', `https://127.0.0.1:1/${SECRET}`],
    ['run', 'x.yaml', '-p', `https://127.0.0.1:1/${SECRET}`],
    [`https://127.0.0.1:1/${SECRET}`],
  ].map((args) => [args]),
)('shows no more of the URL than its host: %j', async (args) => {
  const { code, stdout, stderr } = await runCli(args, { env: db.env, cwd: folder });
  expect(code).not.toBe(0);
  expect(stderr).not.toBe('');
  expect(stdout + stderr).not.toContain(SECRET);
});

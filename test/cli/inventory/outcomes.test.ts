import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { onServer, useTestDatabases } from '../../support/database.js';
import { expectValidReport } from '../../support/report-schema.js';
import {
  entry,
  ledgerRuns,
  passwordOf,
  runFleet,
  writeInventory,
  writeRunbook,
} from './support.js';

const databases = await useTestDatabases(5);
const [first, second, third, fourth, fifth] = databases as [
  (typeof databases)[0],
  (typeof databases)[0],
  (typeof databases)[0],
  (typeof databases)[0],
  (typeof databases)[0],
];
const folder = useFolder();

describe('run --inventory', () => {
  it('runs the runbook in every database, with a report of each and one of all', async () => {
    const { file, name } = writeRunbook(folder, 'select 1');
    const done = await runFleet(folder, file, writeInventory(folder, databases));
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.summary).toMatchObject({
      ...{ exit_code: 0, shard: null, pass: null, tags: [], counts: { succeeded: 5 } },
      ...{ runbook: { name, path: file }, inventory: { databases: 5 } },
    });
    for (const { name: own, report, run_id, server, did } of done.summary.databases) {
      const document = JSON.parse(readFileSync(report ?? '', 'utf8')) as ReportV1;
      expectValidReport(document);
      expect([document.run.id, document.run.status]).toEqual([run_id, 'succeeded']);
      expect(server).toContain(`/${document.server.database}`);
      expect(did).toBe('run');
      expect(done.stderr).toContain(`${own}: one/1 succeeded`);
    }
    expect(readdirSync(done.reports)).toHaveLength(6);
    expect(await ledgerRuns(databases, name)).toHaveLength(5);
    expect(done.stdout).toContain(`${name} on 5 databases: exit 0\n  5 succeeded\nsummary: `);
  });

  it('goes on with the rest when servers, ledgers, extensions or steps fail: exit 1', async () => {
    const { file, name } = writeRunbook(folder, 'select fleet_check()');
    for (const db of [first, second, third, fourth]) {
      await db.query('create function fleet_check() returns int language sql as $$ select 1 $$');
    }
    await first.query(`create or replace function fleet_check() returns int language plpgsql
      as $$ begin raise exception 'no room in the cellar'; end $$`);
    await second.query('drop extension pg_background');
    const role = `${third.name}_poor`;
    await onServer((client) => client.query(`create role ${role} login password 'x'`));
    await third.query('drop schema runbook cascade');
    await third.query(`grant usage on schema pgbg to ${role}; grant pgbackground_role to ${role}`);
    const poor = new URL(third.uri);
    [poor.username, poor.password] = [role, 'x'];
    const away = new URL(fourth.uri);
    away.port = '1';
    const inventory = join(folder, 'mixed.yaml');
    writeFileSync(
      inventory,
      `api_version: pg-runbook/inventory/v1
databases:
${entry('failing', first)}
${entry('no-extension', second)}
  - { name: no-ledger, dsn: '${poor.href}' }
  - { name: away, dsn: '${away.href}' }
  - { name: no-service, service: nowhere }
${entry('well', fourth)}
`,
    );
    const env = { PGSERVICEFILE: join(folder, 'no-such-file') };
    const done = await runFleet(folder, file, inventory, [], { env });
    await third.query(`drop owned by ${role}`);
    await onServer((client) => client.query(`drop role ${role}`));
    expect(done, done.stderr).toMatchObject({ code: 1 });
    const seen = done.summary.databases.map((one) => [one.name, one.status, one.error]);
    expect(Object.fromEntries(seen.map(([key, ...rest]) => [key, rest]))).toEqual({
      away: ['refused', 'connection_failed'],
      failing: ['failed', null],
      'no-extension': ['refused', 'extension_missing'],
      'no-ledger': ['refused', 'ledger_missing'],
      'no-service': ['refused', 'invalid_connection'],
      well: ['succeeded', null],
    });
    expect(done.summary.counts).toEqual({ refused: 4, failed: 1, succeeded: 1 });
    expect(await ledgerRuns([fourth], name)).toMatchObject([{ status: 'succeeded' }]);
    for (const one of ['away', 'no-extension', 'no-ledger', 'no-service']) {
      expect(done.stderr).toContain(`${one}: error: `);
      expect(done.stdout).toContain(`  ${one.padEnd(12)}  refused   [`);
    }
    const wide = done.stdout.split('\n').filter((line) => line.length > 80);
    expect(wide.filter((line) => !line.startsWith('summary: '))).toEqual([]);
    await second.query('create extension pg_background schema pgbg');
  });

  const isHere = new URL(first.uri).hostname === '127.0.0.1';
  it.runIf(isHere)('keeps to so many at once, of all and of one server', async () => {
    const { file } = writeRunbook(folder, 'select pg_sleep(0.7)');
    // Another name of the host is another server to us.
    const [a, b, c, d, e] = databases.map((db, i) =>
      i < 3
        ? entry(`a${String(i)}`, db)
        : entry(`b${String(i)}`, db).replace('127.0.0.1', 'localhost'),
    );
    const more = [a, b, c, d, e].flatMap((one) => one ?? []);
    const inventory = writeInventory(folder, [], { head: 'concurrency: 3\nper_server: 2\n', more });
    const names = databases.map(({ name }) => name);
    const running = runFleet(folder, file, inventory);
    const state = { ended: false };
    void running.finally(() => (state.ended = true));
    const most = { all: 0, one: 0 };
    while (!state.ended) {
      const { rows } = await onServer((client) =>
        client.query<{ name: string }>(
          `select distinct datname as name from pg_stat_activity
            where application_name like 'pg-runbook/%/one/%' and datname = any ($1)`,
          [names],
        ),
      );
      most.all = Math.max(most.all, rows.length);
      const ofOne = rows.filter(({ name }) => names.indexOf(name) < 3).length;
      most.one = Math.max(most.one, ofOne);
      await sleep(20);
    }
    expect((await running).code).toBe(0);
    expect(most).toEqual({ all: 3, one: 2 });
  });

  it('takes what has all the tags, and of these the shard', async () => {
    const { file, name } = writeRunbook(folder, 'select 1');
    const tags = ['[eu, small]', '[eu]', '[small]', '[eu, small]', '[eu, small]'];
    const more = databases.map((db, i) => entry(`t${String(i)}`, db, `, tags: ${tags[i] ?? ''}`));
    const inventory = writeInventory(folder, [], { more });
    const of = ['--tag', 'eu', '--tag', 'small'];
    const parts = await Promise.all(
      ['1/2', '2/2'].map((shard) => runFleet(folder, file, inventory, [...of, '--shard', shard])),
    );
    expect(parts.map(({ code }) => code)).toEqual([0, 0]);
    const names = parts.map(({ summary }) => summary.databases.map((one) => one.name));
    expect(names).toEqual([['t0', 't4'], ['t3']]);
    expect(parts[0]?.summary).toMatchObject({ tags: ['eu', 'small'], shard: '1/2' });
    expect(await ledgerRuns(databases, name)).toHaveLength(3);
    const none = await runFleet(folder, file, inventory, [...of, '--shard', '4/4']);
    expect([none.code, none.summary.databases]).toEqual([0, []]);
  });

  it('shows no password: not in output, reports, the summary or a ledger', async () => {
    const secret = passwordOf(first);
    const { file } = writeRunbook(folder, 'select 1 / 0');
    const away = entry('away', first).replace(/@([^:/]+)(:\d+)?\//, '@$1:1/');
    const inventory = writeInventory(folder, [first, fifth], { more: [away] });
    expect(readFileSync(inventory, 'utf8')).toContain(secret);
    const ends = [
      await runFleet(folder, file, inventory),
      await runFleet(folder, file, inventory, ['--log-format', 'json', '--json']),
    ];
    expect(ends.map(({ code }) => code)).toEqual([1, 1]);
    expect(ends[0]?.stderr).toContain('[password-in-dsn]');
    const files = ends.flatMap(({ reports }) =>
      readdirSync(reports).map((one) => readFileSync(join(reports, one), 'utf8')),
    );
    const ledgers = await first.rows<{ text: string }>('select r::text as text from runbook.run r');
    const everything = [
      ...ends.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      ...[...files, ...ledgers.map(({ text }) => text)],
    ];
    expect(everything.length).toBeGreaterThan(10);
    for (const text of everything) expect(text).not.toContain(secret);
  });

  it('tells machines each event with its database, and the end of each', async () => {
    const { file } = writeRunbook(folder, 'select 1');
    const inventory = writeInventory(folder, [first, second]);
    const { stdout, stderr, summary } = await runFleet(folder, file, inventory, [
      ...['--log-format', 'json', '--json'],
    ]);
    expect(JSON.parse(stdout)).toEqual(summary);
    const lines = stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const { name, run_id } of summary.databases) {
      const own = lines.filter(({ database }) => database === name);
      expect(own.map(({ msg }) => msg)).toEqual(
        expect.arrayContaining(['run_started', 'task_launched', 'run_ended', 'database_ended']),
      );
      expect(new Set(own.map(({ run }) => run))).toEqual(new Set([run_id]));
    }
  });
});

describe('a command line that makes no sense', () => {
  const { file } = writeRunbook(folder, 'select 1');
  const inventory = writeInventory(folder, [first, second]);

  it.each([
    [['--dsn', 'postgresql://h/d'], 'cannot be used with'],
    [['--plan', 'plan.json'], 'cannot be used with'],
    [['--metrics', 'a.prom'], 'cannot be used with'],
    [['--shard', '3/2'], '--shard: 3/2 is not of the form i/n'],
    [['--shard', 'a'], 'Like 1/4 to 4/4'],
    [['--pass', '../up'], '--pass: ../up is no name of a pass'],
    [['--tag', 'eu'], '--tag: no database has the tag eu'],
  ])('%j exits 2', async (args, complaint) => {
    const { code, stdout, stderr } = await runCli(['run', file, '--inventory', inventory, ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(complaint);
  });

  it.each([
    [['--shard', '1/2'], '--shard is for --inventory'],
    [['--pass', 'a'], '--pass is for --inventory'],
    [['--tag', 'a'], '--tag is for --inventory'],
    [['--inventory', 'nowhere.yaml'], 'there is no such file'],
  ])('%j exits 2', async (args, complaint) => {
    const { code, stderr } = await runCli(['run', file, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
  });
});

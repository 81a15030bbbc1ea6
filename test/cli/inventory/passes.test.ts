import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabases, type TestDatabase } from '../../support/database.js';
import {
  databaseOf,
  expectOneRunEach,
  ledgerRuns,
  runFleet,
  writeInventory,
  writeRunbook,
} from './support.js';

const databases = await useTestDatabases(6);
const folder = useFolder();
const inventory = writeInventory(folder, databases, { head: 'concurrency: 2\n' });

/** Waits until so many databases have a run of the pass that has ended. */
async function untilEnded(count: number, runbook: string, pass: string): Promise<void> {
  for (let i = 0; i < 1_500; i += 1) {
    const runs = await ledgerRuns(databases, runbook, pass).catch(() => []);
    if (runs.filter(({ ended }) => ended).length >= count) return;
    await sleep(20);
  }
  throw new Error('the runs did not end');
}

/** What the steps of the runs have left, once for each time that they ran. */
async function marksOf(all: readonly TestDatabase[], table: string): Promise<number[]> {
  return Promise.all(all.map(async (db) => (await db.rows(`select from ${table}`)).length));
}

describe('--pass', () => {
  it('does nothing the second time, and ends as the runs of the pass did', async () => {
    const { file, name } = writeRunbook(folder, 'insert into done_once select 1');
    const [bad, ...well] = databases as [TestDatabase, ...TestDatabase[]];
    for (const db of well) await db.query('create table done_once (id int)');
    await bad.query('create view done_once as select 1 / 0 as id');
    const first = await runFleet(folder, file, inventory, ['--pass', 'p1']);
    expect([first.code, first.summary.counts]).toEqual([1, { failed: 1, succeeded: 5 }]);
    const before = await ledgerRuns(databases, name);
    const again = await runFleet(folder, file, inventory, ['--pass', 'p1']);
    expect([again.code, again.summary.counts]).toEqual([1, { failed: 1, succeeded: 5 }]);
    expect(new Set(again.summary.databases.map(({ did }) => did))).toEqual(new Set(['found']));
    expect(again.summary.databases.map(({ run_id }) => run_id)).toEqual(
      first.summary.databases.map(({ run_id }) => run_id),
    );
    expect(again.stdout).toContain('6 of them were done in this pass already');
    expect(databaseOf(again, 'd1')).toMatchObject({ status: 'failed', exit_code: 1 });
    expect(await ledgerRuns(databases, name)).toEqual(before);
    expect(await marksOf(well, 'done_once')).toEqual(well.map(() => 1));
    const next = await runFleet(folder, file, inventory, ['--pass', 'p2']);
    expect(new Set(next.summary.databases.map(({ did }) => did))).toEqual(new Set(['run']));
    expect(await marksOf(well, 'done_once')).toEqual(well.map(() => 2));
  });

  it('has each database worked on once by processes that begin together', async () => {
    const { file, name } = writeRunbook(folder, 'insert into raced select 1');
    for (const db of databases) await db.query('create table raced (id int)');
    const all = await Promise.all(
      [1, 2, 3].map(() => runFleet(folder, file, inventory, ['--pass', 'together'])),
    );
    expect(all.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
    await expectOneRunEach(databases, name, 'together');
    expect(await marksOf(databases, 'raced')).toEqual(databases.map(() => 1));
    const worked = all.flatMap(({ summary }) =>
      summary.databases.filter(({ did }) => did === 'run').map((one) => one.name),
    );
    expect(worked.sort()).toEqual(['d1', 'd2', 'd3', 'd4', 'd5', 'd6']);
  }, 90_000);

  it.each(['skip', 'wait', 'fail'])(
    'has a database worked on once under on_overlap: %s',
    async (policy) => {
      const { file, name } = writeRunbook(
        folder,
        'select pg_sleep(0.3)',
        `on_overlap: ${policy}\n`,
      );
      const two = databases.slice(0, 2);
      const small = writeInventory(folder, two);
      const all = await Promise.all(
        [1, 2].map(() => runFleet(folder, file, small, ['--pass', 'x'])),
      );
      expect(all.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
      await expectOneRunEach(two, name, 'x');
    },
  );

  it('goes on with what a killed shard has left: one run of each database, and all end', async () => {
    const second = '  - id: two\n    needs: [one]\n    sql: select 1\n    idempotent: true\n';
    const { file, name } = writeRunbook(folder, 'select pg_sleep(0.6)', second);
    const shard = (i: number, ...more: Parameters<typeof runFleet>[4][]) =>
      runFleet(folder, file, inventory, ['--pass', 'killed', '--shard', `${String(i)}/2`], more[0]);
    const other = shard(2);
    const killed = await shard(1, {
      signalAfter: { signal: 'SIGKILL', seen: /d\d: one\/1 launched/, ms: 100 },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(killed.summary).toMatchObject({ finished_at: null, exit_code: null });
    const left = (await ledgerRuns(databases, name, 'killed')).filter(({ ended }) => !ended);
    expect(left.length).toBeGreaterThan(0);
    const again = await shard(1);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.summary.databases.map(({ did }) => did)).toContain('resumed');
    expect(await other).toMatchObject({ code: 0 });
    await expectOneRunEach(databases, name, 'killed');
    const runs = await ledgerRuns(databases, name, 'killed');
    expect(runs.map(({ status }) => status)).toEqual(databases.map(() => 'succeeded'));
  }, 90_000);

  it('leaves a database alone on which a living process works, and says so: exit 75', async () => {
    const { file, name } = writeRunbook(folder, 'select pg_sleep(12)');
    const one = writeInventory(folder, databases.slice(0, 1));
    const long = runFleet(folder, file, one, ['--pass', 'long']);
    while ((await ledgerRuns(databases.slice(0, 1), name).catch(() => [])).length === 0) {
      await sleep(50);
    }
    const second = await runFleet(folder, file, one, ['--pass', 'long']);
    expect(second, second.stderr).toMatchObject({ code: 75 });
    expect(databaseOf(second, 'd1')).toMatchObject({ status: 'deferred', error: 'run_live' });
    expect(second.stderr).toMatch(/d1: not now: run \S+ is live/);
    expect(await long).toMatchObject({ code: 0 });
  }, 90_000);
});

describe('a signal', () => {
  it('ends all: what runs is cancelled and recorded, the rest not begun: exit 143', async () => {
    const { file, name } = writeRunbook(folder, 'select pg_sleep(30)');
    const ended = await runFleet(folder, file, inventory, ['--pass', 'stopped'], {
      signalAfter: { signal: 'SIGTERM', seen: /d2: one\/1 launched/, ms: 200 },
    });
    expect(ended, ended.stderr).toMatchObject({ code: 143 });
    expect(ended.summary).toMatchObject({ exit_code: 143, counts: { cancelled: 2, not_begun: 4 } });
    expect(ended.stderr).toContain('SIGTERM: beginning with no other database');
    const runs = await ledgerRuns(databases, name);
    expect(runs.map(({ status, ended: over }) => [status, over])).toEqual([
      ['cancelled', true],
      ['cancelled', true],
    ]);
    const again = await runFleet(folder, file, inventory, [
      ...['--pass', 'stopped', '--shard', '1/6'],
    ]);
    expect([again.code, databaseOf(again, 'd1')]).toMatchObject([
      1,
      { status: 'cancelled', did: 'found', exit_code: 143 },
    ]);
  });

  it('leaves at once the second time, and names the workers of each database', async () => {
    const { file, name } = writeRunbook(folder, 'select pg_sleep(4)');
    const launched =
      /d2: one\/1 launched[^]*d1: one\/1 launched|d1: one\/1 launched[^]*d2: one\/1 launched/;
    const args = ['run', file, '--inventory', inventory, '--report', `${folder}/twice`];
    const left = await runCli(args, {
      signalAfter: [
        { signal: 'SIGINT', seen: launched },
        { signal: 'SIGINT', seen: launched, ms: 30 },
      ],
    });
    expect(left.code).toBe(130);
    expect(left.stderr).toMatch(/may still run: d\d: (?:one\/1 as pid \d+|none)/);
    await untilSettled(name);
  });
});

/** What a killed engine has left must have ended before the databases go. */
async function untilSettled(name: string): Promise<void> {
  for (const { database, run_id } of await ledgerRuns(databases, name)) {
    const db = databases.find((one) => one.name === database);
    await runCli(['wait', run_id], { env: db?.env ?? {} });
  }
}

it('a pass in progress is told by status', async () => {
  const { file, name } = writeRunbook(folder, 'select 1');
  await runFleet(folder, file, inventory, ['--pass', 'told', '--shard', '1/6']);
  await untilEnded(1, name, 'told');
  const [db] = databases as [TestDatabase];
  const { stdout } = await runCli(['status', 'latest', '--json'], { env: db.env });
  expect(JSON.parse(stdout)).toMatchObject({ run: { pass: 'told' } });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabases, type TestDatabase } from '../../support/database.js';
import { runbook, useFolder } from '../engine/support.js';
import { useAttacker, useMaintainer, type Attacker } from './attacker.js';

const [db, elsewhere] = (await useTestDatabases(2)) as [TestDatabase, TestDatabase];
const mallory = await useAttacker(db);
const maint = useMaintainer(elsewhere, 'maint');
const folder = useFolder();
await runCli(['init'], { env: db.env });

const held: pg.Client[] = [];
afterEach(async () => {
  await Promise.all(held.splice(0).map((client) => client.end()));
  await db.query(`revoke pgbackground_role from ${mallory.role}`);
});

/** A session of the attacker that stays open for the time of a test. */
async function hold(
  sql: string,
  name = '',
  database = db,
  who: Attacker = mallory,
): Promise<pg.Client> {
  const client = await who.connect(database);
  held.push(client);
  await client.query("select set_config('application_name', $1, false)", [name]);
  await client.query(sql);
  return client;
}

const start = (yaml: string, deadlineMs = 30_000): ReturnType<typeof runCli> => {
  const id = Math.random().toString(36).slice(2);
  const file = join(folder, `${id}.yaml`);
  writeFileSync(file, yaml);
  return runCli(['run', file, '--report', join(folder, `${id}.json`)], { env: db.env, deadlineMs });
};

const STEP = '  - id: one\n    sql: SELECT 1\n';
const ADMISSION = "hashtext('pg-runbook/admission')";
/** As the ledger makes them: a lock's key tells since when it is held. */
const TICKET = '((extract(epoch from clock_timestamp()) * 1000)::bigint & 2147483647)::int';

describe('advisory locks of a role that may not launch workers', () => {
  it.each([
    ...['admission', 'relations', 'runbook', 'run', 'step', 'batch', 'parts', 'reconcile'].map(
      (name) => [
        name,
        `select pg_advisory_lock(hashtext('pg-runbook/${name}'), i) from generate_series(0, 9) i`,
      ],
    ),
    [
      'admission, as it is taken',
      `select pg_advisory_lock(${ADMISSION}, ${TICKET} + i * 10) from generate_series(0, 2000) i`,
    ],
  ])('hold nobody up: %s', async (_, sql) => {
    const text = runbook(
      `${STEP}  - id: two\n    vacuum: { tables: { include: [public.caught] } }\n`,
    );
    const name = /name: (\S+)/.exec(text)?.[1] ?? '';
    await hold(
      `${sql}; select pg_advisory_lock(hashtext('pg-runbook/runbook'), hashtext('${name}'))`,
    );
    await hold(sql, '', elsewhere);
    const { code, stderr } = await start(text);
    expect(code, stderr).toBe(0);
  });

  it('give no place in a queue, however old', async () => {
    await hold(`
      select pg_advisory_lock_shared(
        (((hashtext('pg-runbook/queue')::bigint & 4095) << 52) | (1::bigint << 42))
        | (((extract(epoch from clock_timestamp()) * 10)::bigint & 2147483647) - age))
        from generate_series(0, 1000, 10) age`);
    const { code, stderr } = await start(runbook(STEP, 'defaults: { timeout: 20s }'));
    expect(code, stderr).toBe(0);
  });
});

describe('advisory locks of a role that may launch workers', () => {
  it('are waited for no longer than max_wait, and the holder is named', async () => {
    await db.query(`grant pgbackground_role to ${mallory.role}`);
    const client = await hold(
      `select pg_advisory_lock(${ADMISSION}, ${TICKET})`,
      'psql',
      elsewhere,
    );
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const holder = new RegExp(
      `pid ${String(rows[0]?.pid)} \\(role ${mallory.role}, database ${elsewhere.name}, since 20..-`,
    );
    const yaml = runbook(STEP, 'budget: { max_wait: 6s }\ndefaults: { timeout: 60s }');
    const running = start(yaml);
    await sleep(3_000);
    for (const command of [
      ['why', 'latest'],
      ['status', 'latest'],
    ]) {
      const { stdout } = await runCli(command, { env: db.env });
      expect(stdout).toMatch(holder);
    }
    const { code, stdout, stderr } = await running;
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(holder);
    expect(stdout).toContain('counts and launches');
  });

  it('are waited for by a supervisor no longer than max_wait, too', async () => {
    await db.query(`grant pgbackground_role to ${mallory.role}`);
    const begun = await start(
      runbook(
        `  - id: twice
    sql: SELECT 1 / 0
    idempotent: true
    retry: { attempts: 2, delay: 2s, on: ['22012'] }
`,
        'budget: { max_wait: 3s }\ndefaults: { timeout: 60s, policy: detach }',
      ),
    );
    expect(begun.code, begun.stderr).toBe(0);
    await hold(`select pg_advisory_lock(${ADMISSION}, ${TICKET})`, 'psql', elsewhere);
    const { code, stdout } = await runCli(['wait', 'latest'], { env: db.env });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(
        `pid \\d+ \\(role ${mallory.role}, database ${elsewhere.name}, since .*counts and launches`,
      ),
    );
  });

  it('give no place in a queue that is older than any wait', async () => {
    await hold(
      `select pg_advisory_lock_shared(
         (((hashtext('pg-runbook/queue')::bigint & 4095) << 52) | (1023::bigint << 42)) | age)
         from generate_series(0, 100000000, 10000000) age`,
      'pg-runbook:observer',
      db,
      { ...mallory, connect: () => db.connect() },
    );
    const { code, stderr } = await start(runbook(STEP, 'defaults: { timeout: 20s }'));
    expect(code, stderr).toBe(0);
  });
});

describe('sessions that call themselves workers', () => {
  const run = (yaml: string): ReturnType<typeof runCli> => {
    const file = join(folder, 'maint.yaml');
    writeFileSync(file, yaml);
    return runCli(['run', file, '--report', join(folder, 'maint.json')], { env: maint.env });
  };
  beforeAll(() => elsewhere.query(`create schema runbook authorization ${maint.role}`));

  it('count in no budget, and show in no status', async () => {
    const name = 'pg-runbook/20260101-aaaaaa/step/1';
    await hold('select 1', name);
    await hold('select 1', name, elsewhere);
    const { code, stderr } = await run(
      runbook(STEP, 'budget: { server_workers: 1, max_wait: 5s }\ndefaults: { timeout: 20s }'),
    );
    expect(code, stderr).toBe(0);
    const { stdout } = await runCli(['doctor'], { env: maint.env });
    expect(stdout).toMatch(/worker slots free, 0 used by pg-runbook/);
    expect(stdout).not.toContain('20260101-aaaaaa');
  });

  it('are no evidence that an attempt of a lost run lives', async () => {
    const done = await run(runbook(STEP));
    expect(done.code, done.stderr).toBe(0);
    await elsewhere.query(`
      update runbook.run set status = 'running', finished_at = null;
      update runbook.step set status = 'running', finished_at = null;
      update runbook.task set status = 'running';
      update runbook.attempt set status = 'running', pid = null, backend_start = null, outcome = null;
      delete from runbook.completion`);
    const [attempt] = await elsewhere.rows<{ name: string }>(
      'select max(application_name) as name from runbook.attempt',
    );
    await hold('select 1', attempt?.name, elsewhere);
    await runCli(['status', 'latest'], { env: maint.env });
    await sleep(2_500);
    const { stdout } = await runCli(['status', 'latest', '--json'], { env: maint.env });
    expect(JSON.parse(stdout)).toMatchObject({ run: { status: 'failed' } });
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabaseIn, type TestDatabase } from '../../support/database.js';
import { runbook, runReported, stepOf, useFolder, type ReportedRun } from './support.js';

const folder = useFolder();

/** `café` as Latin-1 has it, which is no UTF-8. */
const CAFE = "E'caf\\351'";

async function fill(db: TestDatabase): Promise<void> {
  const session = await db.connect();
  await session.query(`set client_encoding to ${await encodingOf(db)}`);
  await session.query(`
    create table customers (id int primary key, name text);
    insert into customers values (1, ${CAFE});
    create table big (id int primary key, v text);
    insert into big select g, repeat('x', 50) from generate_series(1, 2000) g;
    delete from big where id % 2 = 0;
    do $$ begin execute 'create table ' || quote_ident(${CAFE}) || ' (id int primary key)'; end $$;
    create function shout() returns int language plpgsql as $$
      begin raise warning 'say %', ${CAFE}; return 1; end $$`);
}

async function encodingOf(db: TestDatabase): Promise<string> {
  const [row] = await db.rows<{ e: string }>(`select current_setting('server_encoding') as e`);
  return row?.e ?? '';
}

const STEPS = (policy: string): string => `  - id: vacuum
    vacuum: { tables: { include: ["public.*"] } }
    policy: ${policy}
  - id: ids
    sql: select name::int from customers
    policy: ${policy}
  - id: warns
    sql: select shout()
    policy: ${policy}
`;

/** Runs the steps, waits for them, and gives what `status` knows of them. */
async function runAll(db: TestDatabase, policy: string): Promise<ReportedRun> {
  const yaml = runbook(STEPS(policy), 'defaults: { timeout: 30s, on_failure: continue }');
  const run = await runReported(db, folder, yaml);
  await runCli(['wait', run.report.run.id], { env: db.env });
  const status = await runCli(['status', run.report.run.id, '--json'], { env: db.env });
  expect(status, status.stderr).toMatchObject({ code: 0, stderr: '' });
  return { ...status, report: JSON.parse(status.stdout) as ReportedRun['report'] };
}

/** Whatever a message has, each task has its own status. */
function expectStatuses(run: ReportedRun, odd: { name: string; status: string }): void {
  const targets = stepOf(run, 'vacuum').tasks.flatMap((task) => task.targets);
  expect(Object.fromEntries(targets.map(({ name, status }) => [name, status]))).toEqual({
    'public.big': 'succeeded',
    'public.customers': 'succeeded',
    [odd.name]: odd.status,
  });
  expect([stepOf(run, 'ids').status, stepOf(run, 'warns').status]).toEqual(['failed', 'succeeded']);
}

describe('a database without an encoding, with bytes that are no UTF-8', async () => {
  const db = await useTestDatabaseIn('SQL_ASCII');
  await fill(db);

  it.each(['wait', 'detach'])('gives each task its true status: %s', async (policy) => {
    const run = await runAll(db, policy);
    expectStatuses(run, { name: 'public."caf\ufffd"', status: 'failed' });
    expect(stepOf(run, 'ids').tasks[0]?.attempts[0]).toMatchObject({
      sqlstate: '22P02',
      message: 'invalid input syntax for type integer: "caf\ufffd"',
    });
    const [odd] = stepOf(run, 'vacuum').tasks.flatMap((task) =>
      task.targets.filter(({ status }) => status === 'failed'),
    );
    expect(odd?.reason).toContain('bytes that are not UTF-8');
  });
});

describe('a database in Latin-1', async () => {
  const db = await useTestDatabaseIn('LATIN1');
  await fill(db);

  it.each(['wait', 'detach'])('gives each task its true status: %s', async (policy) => {
    const run = await runAll(db, policy);
    expectStatuses(run, { name: 'public."café"', status: 'succeeded' });
    expect(stepOf(run, 'ids').tasks[0]?.attempts[0]?.message).toContain('"café"');
  });

  it('says which character of a runbook it has no room for, and runs nothing', async () => {
    const file = join(folder, 'omega.yaml');
    writeFileSync(file, runbook("  - id: omega\n    sql: SELECT 'Ω'\n"));
    const { code, stderr } = await runCli(['run', file], { env: db.env, cwd: folder });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/omega\.yaml:7:10: error: the server refuses it: .*SQLSTATE 22P05/);
  });
});

import { expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, runReported, useFolder } from '../engine/support.js';

import { about, until } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();

/** Runs a runbook of detached steps; the id of the run. */
async function runDetached(steps: string): Promise<string> {
  const settings = 'budget: { workers: 4 }\ndefaults: { timeout: 90s }';
  const { report } = await runReported(db, folder, runbook(steps, settings));
  return report.run.id;
}

it('why names who blocks, since when, what it runs, and when the task gives up; it signals nobody', async () => {
  await db.query('create table locked (i int); create table other (i int)');
  const blocker = await db.connect({ application_name: 'a reckless migration' });
  await blocker.query('begin; lock table locked');
  const steps = `  - id: blocked
    policy: detach
    sql: TRUNCATE locked
  - id: after
    policy: detach
    concurrency: 1
    refresh: { views: { include: ["none.*"] } }
`;
  const id = await runDetached(steps);
  await until(
    db,
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  const { stdout, code } = await runCli(['why', id], { env: db.env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/blocked\/1\n {4}running as pid \d+ for .*; gives up at .*Z, in 1m \d+s/);
  expect(stdout).toMatch(
    /blocked by pid \d+ \(postgres, a reckless migration\), idle in transaction for .*: begin; lock table locked/,
  );
  expect(stdout).toContain(`pg-runbook cancel ${id}`);
  expect(stdout).not.toMatch(/pg_terminate|kill/);
  await blocker.query('commit');
  expect((await about(db, 'wait', id)).code).toBe(0);
  const ended = await runCli(['why', id], { env: db.env });
  expect(ended.stdout).toContain('every task has ended');
});

it('why names a prepared transaction that holds the lock', async () => {
  await db.query('create table ordered (i int)');
  const gid = `order-4711-${db.name}`;
  await db.query(`begin; lock table ordered; prepare transaction '${gid}'`);
  // One that stays keeps the database from being dropped.
  let prepared = true;
  onTestFinished(async () => {
    if (prepared) await db.query(`rollback prepared '${gid}'`);
  });
  const steps = '  - id: blocked\n    policy: detach\n    sql: TRUNCATE ordered\n';
  const id = await runDetached(steps);
  await until(
    db,
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  const { stdout } = await runCli(['why', id], { env: db.env });
  expect(stdout).toContain(`blocked by prepared transaction ${gid} (postgres) for `);
  const [waiting] = await db.rows<{ pid: number }>(
    "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  const [told] = await db.rows<{ wait: string }>(
    'select runbook.describe_wait(jsonb_populate_record(null::runbook.attempt, $1)) as wait',
    [JSON.stringify(waiting)],
  );
  expect(told?.wait).toContain(`blocked by prepared transaction '${gid}' (role postgres, since `);
  await db.query(`rollback prepared '${gid}'`);
  prepared = false;
  expect((await about(db, 'wait', id)).code).toBe(0);
});

it('why names the snapshot that a rebuild waits for', async () => {
  await db.query('create table t (i int); create index t_i on t (i)');
  const reader = await db.connect({ application_name: 'a long report' });
  await reader.query('begin isolation level repeatable read; select 1 from t');
  const steps =
    '  - id: rebuild\n    policy: detach\n    reindex: { indexes: { include: [public.t_i] } }\n';
  const id = await runDetached(steps);
  await until(
    db,
    "select 1 from pg_stat_progress_create_index where phase like 'waiting for old snapshots%'",
  );
  const { stdout } = await runCli(['why', id], { env: db.env });
  expect(stdout).toMatch(/phase: waiting for old snapshots/);
  expect(stdout).toMatch(/blocked by pid \d+ \(postgres, a long report\), idle in transaction/);
  expect(stdout).toMatch(
    /the oldest snapshots[^\n]*\n {4}session pid \d+ \(postgres, a long report\)/,
  );
  await reader.query('commit');
  expect((await about(db, 'wait', id)).code).toBe(0);
});

const HOLD = /blocked by pid \d+ \(postgres, a long report\), idle in transaction for /;

it.each([
  [
    'old_transactions_timeout: 70s',
    'old_transactions_timeout \\(1m10s\\)',
    'begin isolation level repeatable read; select 1 from bound',
  ],
  ['lock_timeout: 60s', 'lock_timeout \\(1m\\)', 'begin; lock table bound in share mode'],
  [
    'old_transactions_timeout: 80s',
    'lock_timeout \\(1m20s\\)',
    'begin; lock table bound in share mode',
    'lock_timeout: 80s',
  ],
  [
    'lock_timeout: 5s',
    'timeout \\(1m30s\\)',
    'begin isolation level repeatable read; select 1 from bound',
  ],
])(
  'why and status say who blocks, and that %s ends the wait, and when',
  async (key, bound, hold, more = '') => {
    await db.query(
      'create table if not exists bound (i int); create index if not exists bound_i on bound (i)',
    );
    const holder = await db.connect({ application_name: 'a long report' });
    await holder.query(hold);
    const id = await runDetached(
      `  - id: rebuild\n    policy: detach\n    ${key}\n    ${more}\n    reindex: { indexes: { include: [public.bound_i] } }\n`,
    );
    await until(
      db,
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    const end = new RegExp(
      `\\n +${bound} ends the wait at 20\\d\\d-\\S+Z, in (\\d+\\.\\ds|1m \\d+s)`,
    );
    const { stdout } = await runCli(['why', id], { env: db.env });
    expect(stdout).toMatch(end);
    expect(stdout).toMatch(HOLD);
    const status = await runCli(['status', id], { env: db.env });
    expect(status.stdout).toMatch(/rebuild\/1 running as pid \d+ since/);
    expect(status.stdout).toMatch(HOLD);
    expect(status.stdout).toMatch(end);
    await holder.query('commit');
    expect((await about(db, 'wait', id)).code).toBe(0);
  },
);

it('why names the prepared transaction that a rebuild waits for, and not the session that made it', async () => {
  await db.query('create table written (i int); create index written_i on written (i)');
  const gid = `order-4712-${db.name}`;
  const writer = await db.connect({ application_name: 'a writer' });
  await writer.query(`begin; insert into written values (1); prepare transaction '${gid}'`);
  let prepared = true;
  onTestFinished(async () => {
    if (prepared) await db.query(`rollback prepared '${gid}'`);
  });
  const id = await runDetached(
    '  - id: rebuild\n    policy: detach\n    reindex: { indexes: { include: [public.written_i] } }\n',
  );
  await until(
    db,
    "select 1 from pg_stat_activity where wait_event = 'transactionid' and datname = current_database()",
  );
  const { stdout } = await runCli(['why', id], { env: db.env });
  expect(stdout).toContain(`blocked by prepared transaction ${gid} (postgres) for `);
  expect(stdout).not.toContain('a writer');
  await db.query(`rollback prepared '${gid}'`);
  prepared = false;
  expect((await about(db, 'wait', id)).code).toBe(0);
});

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { useTestDatabase } from '../../support/database.js';
import { about, until } from '../detach/support.js';
import { killedRun, runbook, runReported, useFolder } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();

await db.query(`create table t (id int primary key, n int); insert into t select i, i from generate_series(1, 500) i;
  create index t_n on t (n); create table unrelated (i int)`);

const WAITING = (event: string): string =>
  `select 1 from pg_stat_activity where backend_type = 'pg_background' and wait_event_type = 'Lock'
      and wait_event = '${event}' and datname = current_database()`;

const invalid = (): Promise<unknown[]> =>
  db.rows('select indexrelid::regclass::text from pg_index where not indisvalid');

/** A session with an open transaction in which it did something. */
async function openTransaction(sql: string): Promise<pg.Client> {
  const client = await db.connect({ application_name: 'a long report' });
  await client.query(`begin isolation level repeatable read; ${sql}`);
  onTestFinished(async () => {
    await client.query('rollback');
  });
  return client;
}

/** The only task of a run that has begun, once the run has ended. */
async function run(policy: string, step: string, meanwhile?: () => Promise<void>): Promise<Task> {
  const yaml = runbook(
    `  - id: build\n    policy: ${policy}\n${step}`,
    'defaults: { timeout: 45s }',
  );
  const [{ report }] = await Promise.all([
    runReported(db, folder, yaml),
    policy === 'wait' ? meanwhile?.() : undefined,
  ]);
  if (policy === 'detach') await meanwhile?.();
  const ended: ReportV1 =
    policy === 'detach' ? (await about(db, 'wait', report.run.id)).report : report;
  const task = ended.steps[0]?.tasks[0];
  if (task === undefined) throw new Error('no task');
  return task;
}

const rebuild = (bounds: string, more = ''): string =>
  `    reindex: { indexes: { include: [public.t_n] } }\n    ${bounds}\n${more}`;

describe.each(['wait', 'detach'])('policy %s: a concurrent build', (policy) => {
  it('waits for an older transaction for longer than lock_timeout', async () => {
    const reader = await openTransaction('select 1 from unrelated');
    const task = await run(policy, rebuild('lock_timeout: 500ms'), async () => {
      await until(db, WAITING('virtualxid'));
      await sleep(1_500);
      await reader.query('commit');
    });
    expect(task).toMatchObject({ status: 'succeeded', attempts: [{ status: 'succeeded' }] });
  });

  it('fails by old_transactions_timeout, says for whom it waited, and leaves nothing', async () => {
    await openTransaction('select 1 from unrelated');
    const task = await run(policy, rebuild('old_transactions_timeout: 700ms'));
    expect(task.status).toBe('failed');
    const [attempt] = task.attempts;
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '55P03' });
    expect(attempt?.message).toMatch(
      /^it waited for longer than old_transactions_timeout \(700ms\) for older transactions: pid \d+ \(role postgres, a long report, idle in transaction, transaction since 20\S+Z\)$/,
    );
    await until(db, 'select 1 where not exists (select from pg_index where not indisvalid)');
    expect(await invalid()).toEqual([]);
  });

  it('fails by lock_timeout behind a lock, and is tried again', async () => {
    const holder = await openTransaction('lock table t in share mode');
    const retry = '    retry: { attempts: 2, delay: 2s, on: [lock_not_available] }\n';
    const task = await run(policy, rebuild('lock_timeout: 500ms', retry), async () => {
      await until(
        db,
        "select 1 from runbook.attempt where cause = 'lock_timeout' and status = 'failed'",
      );
      await holder.query('commit');
    });
    await db.query("update runbook.attempt set cause = null where cause = 'lock_timeout'");
    expect(task.attempts.map(({ status, sqlstate }) => [status, sqlstate])).toEqual([
      ['failed', '55P03'],
      ['succeeded', null],
    ]);
    expect(task.attempts[0]?.message).toMatch(
      /^it waited for longer than lock_timeout \(500ms\) for a lock on public\.t: pid \d+ \(role postgres, a long report, idle/,
    );
  });

  it.each([
    ['CREATE INDEX CONCURRENTLY t_new ON t (n)', 'DROP INDEX t_new'],
    ['DROP INDEX CONCURRENTLY t_old', ''],
    ['REINDEX TABLE CONCURRENTLY t', ''],
  ])('of a sql step: %s', async (sql, after) => {
    await db.query('create index if not exists t_old on t (id)');
    const reader = await openTransaction('select 1 from t');
    const step = `    sql: ${sql}\n    transaction: false\n    lock_timeout: 500ms\n`;
    const task = await run(policy, step, async () => {
      await until(db, WAITING('virtualxid'));
      await sleep(1_200);
      await reader.query('commit');
    });
    expect(task).toMatchObject({ status: 'succeeded' });
    await db.query(after);
  });

  it('names the prepared transaction that it waits for', async () => {
    const gid = `order-4711-${db.name}`;
    await db.query(`begin; insert into t values (-1, -1); prepare transaction '${gid}'`);
    try {
      const task = await run(policy, rebuild('old_transactions_timeout: 700ms'));
      expect(task.attempts[0]?.message).toMatch(
        new RegExp(
          `for older transactions: prepared transaction '${gid}' \\(role postgres, since 20`,
        ),
      );
    } finally {
      await db.query(`rollback prepared '${gid}'`);
    }
  });
});

it('is ended by the server where nobody looks after it', async () => {
  await openTransaction('select 1 from unrelated');
  const bounds = 'lock_timeout: 500ms\n    old_transactions_timeout: 1s';
  const yaml = runbook(`  - id: build\n${rebuild(bounds)}`, 'defaults: { timeout: 60s }');
  const id = await killedRun(db, folder, yaml, 'build', db.env);
  const from = Date.now();
  await until(
    db,
    `select 1 where not exists (select from pg_stat_activity
       where backend_type = 'pg_background' and datname = current_database())`,
  );
  // 1 s, and the 3 s that are left to whoever looks after it.
  expect(Date.now() - from).toBeLessThan(12_000);
  const { report } = await about(db, 'wait', id);
  expect(report.steps[0]?.tasks[0]?.attempts[0]?.status).not.toBe('succeeded');
});

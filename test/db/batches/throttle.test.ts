import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { runCli, type CliResult } from '../../support/cli.js';
import { useOwnServer } from '../../support/own-server.js';
import { expectValidReport } from '../../support/report-schema.js';
import { libpqEnvironment, queryOnce, serverIsGiven } from '../../support/server.js';
import { startStandby, type Standby } from '../../support/standby.js';
import { runbook, useFolder } from '../engine/support.js';

const folder = useFolder();
const server = useOwnServer('throttle');
let uri = '';
let standby: Standby | undefined;

const query = <T extends pg.QueryResultRow>(sql: string, where = uri): Promise<T[]> =>
  queryOnce<T>(where, sql);

async function cli(...args: string[]): Promise<CliResult> {
  return runCli(args, { env: libpqEnvironment(uri) });
}

async function status(): Promise<ReportV1> {
  const { stdout, stderr } = await cli('status', 'latest', '--json');
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as ReportV1;
  expectValidReport(report);
  return report;
}

const progressOf = (report: ReportV1): NonNullable<ReportV1['steps'][number]['progress']> => {
  const progress = report.steps[0]?.progress;
  if (progress === undefined || progress === null) throw new Error('no progress');
  return progress;
};

async function until(what: string, holds: (report: ReportV1) => boolean): Promise<ReportV1> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const report = await status();
    if (holds(report)) return report;
    await sleep(100);
  }
  throw new Error(`it never came true: ${what}: ${JSON.stringify(progressOf(await status()))}`);
}

/** Starts a detached walk over a fresh table; nobody of ours is connected while it goes on. */
async function detach(throttle: string, rows = 60_000): Promise<void> {
  await query(`drop table if exists t; create table t (id int primary key, hits int not null default 0, pad text);
    insert into t select i, 0, repeat('x', 200) from generate_series(1, ${String(rows)}) i; analyze t`);
  const file = join(folder, 'throttled.yaml');
  writeFileSync(
    file,
    runbook(
      `  - id: walk
    backfill:
      table: public.t
      key: id
      set: { hits: hits + 1 }
      batch: { rows: 100, max_rows: 200, target_duration: 50ms, pause: 10ms }
${throttle === '' ? '' : `      throttle: ${throttle}\n`}    policy: detach`,
      'defaults: { timeout: 5m }',
    ),
  );
  const begun = await cli('run', file, '--report', join(folder, 'throttled.json'));
  expect(begun, begun.stderr).toMatchObject({ code: 0 });
}

async function expectToEnd(): Promise<ReportV1> {
  const waited = await cli('wait', 'latest', '--timeout', '50s', '--json');
  expect(waited, waited.stderr).toMatchObject({ code: 0 });
  expect(await query('select hits, count(*)::int from t group by hits')).toHaveLength(1);
  return JSON.parse(waited.stdout) as ReportV1;
}

/** No row is changed any more, for as long as it takes to be sure. */
async function expectStandstill(): Promise<void> {
  const before = progressOf(await status()).rows_seen;
  await sleep(700);
  expect(progressOf(await status()).rows_seen).toBe(before);
}

describe.skipIf(serverIsGiven())('between two batches, without a client', () => {
  beforeAll(async () => {
    uri = await server.start();
    await query(
      'create extension pg_background; create table calm (yes boolean); insert into calm values (true)',
    );
    await cli('init');
  }, 120_000);
  afterAll(() => standby?.stop());

  it('a paused run waits, says who paused it, and goes on when it is let', async () => {
    await detach('');
    await until('it walks', (report) => progressOf(report).rows_seen > 500);
    expect(await cli('pause', 'latest')).toMatchObject({ code: 0 });
    const paused = await until('it is paused', (report) => progressOf(report).paused_for !== null);
    expect(paused.run.paused_by).toMatch(/^postgres@/);
    expect(progressOf(paused).paused_for).toMatch(/^the run was paused by postgres@/);
    await expectStandstill();
    expect((await cli('status', 'latest')).stdout).toMatch(
      /paused by postgres@[^]*rows[^]*paused: the run was/,
    );
    expect((await cli('why', 'latest')).stdout).toMatch(/paused: the run was paused by postgres@/);
    expect(await cli('pause', 'latest')).toMatchObject({ code: 3 });
    expect(await cli('unpause', 'latest')).toMatchObject({ code: 0 });
    const report = await expectToEnd();
    expect(progressOf(report).pauses['run_paused']?.count).toBe(1);
    expect(progressOf(report).pauses['run_paused']?.ms).toBeGreaterThan(700);
  });

  it('a run that is paused launches nothing', async () => {
    const file = join(folder, 'two.yaml');
    writeFileSync(
      file,
      runbook(`  - id: one
    sql: select pg_sleep(1)
  - id: two
    needs: [one]
    sql: select 2`),
    );
    const running = cli('run', file, '--report', join(folder, 'two.json'));
    const step = async (id: string): Promise<string> =>
      (
        await query<{ status: string }>(
          `select s.status from runbook.step s join runbook.run r using (run_id)
          where step_id = '${id}' and r.finished_at is null and r.started_at > now() - interval '30 s'`,
        )
      )[0]?.status ?? '';
    for (let i = 0; i < 200 && (await step('one')) !== 'running'; i += 1) await sleep(25);
    expect(await cli('pause', 'latest')).toMatchObject({ code: 0 });
    for (let i = 0; i < 200 && (await step('one')) !== 'succeeded'; i += 1) await sleep(25);
    await sleep(1_500);
    expect(await step('two')).toBe('pending');
    expect((await cli('why', 'latest')).stdout).toMatch(/paused by postgres@/);
    await cli('unpause', 'latest');
    const ended = await running;
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stderr).toMatch(/paused by postgres@.*; go on: pg-runbook unpause/);
  });

  it('a query that is not true holds them back', async () => {
    await detach('{ sql: select yes from calm }');
    await until('it walks', (report) => progressOf(report).rows_seen > 500);
    await query('update calm set yes = null');
    const held = await until('it is held', (report) => progressOf(report).paused_for !== null);
    expect(progressOf(held).paused_for).toBe('not true: select yes from calm');
    await expectStandstill();
    await query('update calm set yes = true');
    expect(progressOf(await expectToEnd()).pauses['sql']?.count).toBe(1);
  });

  it('the server’s WAL rate is kept, whoever writes', async () => {
    await detach('{ wal_rate: 1MB }', 8_000);
    const [from] = await query<{ lsn: string; at: Date }>(
      'select pg_current_wal_insert_lsn() as lsn, clock_timestamp() as at',
    );
    const report = await expectToEnd();
    const [to] = await query<{ bytes: number; seconds: number }>(
      `select (pg_current_wal_insert_lsn() - '${from?.lsn ?? ''}')::float8 as bytes,
              extract(epoch from clock_timestamp() - '${from?.at.toISOString() ?? ''}')::float8 as seconds`,
    );
    expect((to?.bytes ?? 0) / (to?.seconds ?? 1)).toBeLessThan(1.5 * 1024 * 1024);
    const pauses = progressOf(report).pauses['wal_rate'];
    expect(pauses?.count).toBeGreaterThan(2);
  });

  it('a replica that is behind holds them back, and is named', async () => {
    standby = await startStandby(server.instance, uri);
    await detach('{ replica_lag: { max: 500ms } }');
    await until('it walks', (report) => progressOf(report).rows_seen > 500);
    await query('select pg_wal_replay_pause()', standby.uri);
    const held = await until('it is held', (report) => progressOf(report).paused_for !== null);
    expect(progressOf(held).paused_for).toMatch(
      /^replica walreceiver is \d+\.\d s behind, more than 0\.5\d* s$/,
    );
    await expectStandstill();
    await query('select pg_wal_replay_resume()', standby.uri);
    expect(progressOf(await expectToEnd()).pauses['replica_lag']?.count).toBeGreaterThan(0);
  }, 120_000);
});

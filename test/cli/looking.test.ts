import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../src/generated/plan.v1.js';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli, type CliResult } from '../support/cli.js';
import { useOwnServer } from '../support/own-server.js';
import { expectValidReport } from '../support/report-schema.js';
import { libpqEnvironment, queryOnce, serverIsGiven } from '../support/server.js';
import { startStandby, type Standby } from '../support/standby.js';

const folder = useFolder();
const server = useOwnServer('looking');
let uri = '';
let standby: Standby | undefined;
const PASSWORD = 'for tests only';
/** Runs by what became of them. */
const ids = { ended: '', left: '' };

const query = <T extends pg.QueryResultRow>(sql: string, where = uri): Promise<T[]> =>
  queryOnce<T>(where, sql);

const newest = async (): Promise<string> => {
  const [row] = await query<{ id: string }>(
    'select run_id as id from runbook.run order by started_at desc limit 1',
  );
  return row?.id ?? '';
};

/** Every row of the ledger, and the number of its migration. */
const ledger = async (): Promise<unknown> =>
  query(`select (select jsonb_agg(r order by run_id) from runbook.run r) as runs,
                (select jsonb_agg(s order by run_id, step_id) from runbook.step s) as steps,
                (select jsonb_agg(t order by run_id, step_id, task_no) from runbook.task t) as tasks,
                (select jsonb_agg(a order by attempt_id) from runbook.attempt a) as attempts,
                (select jsonb_agg(m) from runbook.migration m) as migrations`);

async function caughtUp(): Promise<void> {
  const [row] = await query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  for (let i = 0; i < 400; i += 1) {
    const [seen] = await query<{ there: boolean }>(
      `select pg_last_wal_replay_lsn() >= '${row?.lsn ?? ''}'::pg_lsn as there`,
      standby?.uri,
    );
    if (seen?.there === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the standby does not follow');
}

async function until(sql: string): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    const [row] = await query<{ yes: boolean }>(`select (${sql}) as yes`);
    if (row?.yes === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${sql}`);
}

/** Looks in every way at runs; fails when a row of the ledger is another one afterwards. */
async function lookInEveryWay(env: Record<string, string>): Promise<Record<string, CliResult>> {
  const before = await ledger();
  const commands: Record<string, readonly string[]> = {
    list: ['status'],
    ended: ['status', ids.ended],
    left: ['status', ids.left],
    leftJson: ['status', ids.left, '--json'],
    follow: ['status', ids.ended, '--follow'],
    history: ['history'],
    why: ['why', ids.left],
    report: ['report', ids.ended, '--format', 'json'],
    waitEnded: ['wait', ids.ended],
    waitLeft: ['wait', ids.left, '--timeout', '2s'],
    doctor: ['doctor'],
  };
  const results: Record<string, CliResult> = {};
  for (const [name, args] of Object.entries(commands)) results[name] = await runCli(args, { env });
  expect(await ledger()).toEqual(before);
  return results;
}

function expectEndedRun(results: Record<string, CliResult>): void {
  for (const name of [
    'list',
    'ended',
    'left',
    'leftJson',
    'follow',
    'history',
    'why',
    'report',
    'waitEnded',
  ]) {
    expect({ name, code: results[name]?.code }, results[name]?.stderr).toEqual({ name, code: 0 });
  }
  expect(results['list']?.stdout).toContain(`${ids.ended}  `);
  expect(results['list']?.stderr).toMatch(/shown as recorded, which may be out of date: /);
  for (const name of ['ended', 'follow', 'waitEnded']) {
    expect(results[name]?.stdout).toMatch(new RegExp(`^run ${ids.ended} succeeded\n`));
  }
  const report = JSON.parse(results['report']?.stdout ?? '') as ReportV1;
  expectValidReport(report);
  expect(report.run.status).toBe('succeeded');
  expect(report.steps[0]?.tasks[0]?.attempts[0]).toMatchObject({ status: 'succeeded', number: 1 });
  expect(results['history']?.stdout).toContain('succeeded');
}

/** Of the run whose engine was killed, by sessions that settle nothing. */
function expectRecord(results: Record<string, CliResult>, reason: RegExp): void {
  expect(results['left']?.stdout).toMatch(reason);
  expect(results['left']?.stdout).not.toMatch(/^next:/m);
  expect(results['why']?.stdout).toMatch(reason);
  const report = JSON.parse(results['leftJson']?.stdout ?? '') as ReportV1;
  expectValidReport(report);
  expect(report.run).toMatchObject({ status: 'running', exit_code: null, next_commands: [] });
  expect(report.run.reason).toMatch(reason);
}

describe.skipIf(serverIsGiven())('looking', () => {
  beforeAll(async () => {
    uri = await server.start();
    await query(`create extension pg_background;
      create role reader login password '${PASSWORD}';
      create role blind login password '${PASSWORD}';
      grant pg_read_all_stats to reader`);
    const file = join(folder, 'r.yaml');
    const run = async (sql: string, more = {}): Promise<string> => {
      writeFileSync(file, runbook(`  - id: a\n    sql: ${sql}\n`));
      await runCli(['run', file, '--report', join(folder, 'r.json')], {
        env: libpqEnvironment(uri),
        ...more,
      });
      return newest();
    };
    ids.ended = await run('SELECT 1');
    ids.left = await run('SELECT pg_sleep(2)', {
      signalAfter: { signal: 'SIGKILL', seen: /launched as pid/, ms: 500 },
    });
    await query(`grant usage on schema runbook to reader, blind;
      grant select on all tables in schema runbook to reader, blind`);
    await until(
      "not exists (select from pg_stat_activity where application_name like 'pg-runbook%')",
    );
  }, 120_000);
  afterAll(() => standby?.stop());

  const as = (role: string): Record<string, string> => ({
    ...libpqEnvironment(uri),
    PGUSER: role,
    PGPASSWORD: PASSWORD,
  });

  it('works for a role that may only read, says what nobody works on any more, and records nothing', async () => {
    const results = await lookInEveryWay(as('reader'));
    expectEndedRun(results);
    expectRecord(
      results,
      /nobody works on it any more, .* settled and recorded by pg-runbook status \S+, as role postgres/,
    );
    // What became of it is not known here, which is no success and no failure.
    expect(results['waitLeft']?.code).toBe(4);
    expect(results['doctor']?.code).toBe(3);
    expect(results['doctor']?.stdout).toMatch(/schema runbook belongs to postgres/);
  }, 60_000);

  it('for a role that sees no sessions of others says that the record may be out of date', async () => {
    const results = await lookInEveryWay(as('blind'));
    expectEndedRun(results);
    expectRecord(
      results,
      /as recorded, which may be out of date: .*GRANT pg_read_all_stats TO "blind".*as role postgres/,
    );
    expect(results['waitLeft']?.code).toBe(75);
  }, 60_000);

  it('on a hot standby says that who works on a run shows on the primary', async () => {
    standby = await startStandby(server.instance, uri);
    await caughtUp();
    const results = await lookInEveryWay(libpqEnvironment(standby.uri));
    expectEndedRun(results);
    expectRecord(
      results,
      /as recorded, which may be out of date: this server is a standby.*, on the primary/,
    );
    expect(results['waitLeft']?.code).toBe(75);
    expect(results['waitLeft']?.stderr).toMatch(
      /waiting for its recorded end: this server is a standby/,
    );
    expect(results['doctor']?.code).toBe(3);
    expect(results['doctor']?.stdout).toMatch(/^ok {4}ledger/m);
    const reader = await lookInEveryWay({ ...as('reader'), PGPORT: new URL(standby.uri).port });
    expectEndedRun(reader);
    expectRecord(reader, /this server is a standby/);
  }, 120_000);

  it('whatever would change the ledger is refused on a standby, exit 3', async () => {
    const env = libpqEnvironment(standby?.uri ?? '');
    const file = join(folder, 'r.yaml');
    for (const command of [
      ['init'],
      ['run', file, '--report', join(folder, 'r.json')],
      ['resume', ids.left, '--report', join(folder, 'r.json')],
      ['cancel', ids.left],
      ['pause', ids.left],
      ['pause', '--reason', 'test'],
      ['unpause'],
      ['prune', '--keep', '9d'],
    ]) {
      const { code, stderr } = await runCli(command, { env });
      expect({ command, code }, stderr).toEqual({ command, code: 3 });
      expect(stderr).toContain('server_unsupported');
    }
  }, 60_000);

  it('a plan on a standby says that a run would be refused there, and what it cannot know', async () => {
    const file = join(folder, 'standby.yaml');
    const vacuum = "  - id: lean\n    vacuum: { tables: { include: ['runbook.*'] } }\n";
    writeFileSync(file, runbook(vacuum, 'defaults: { timeout: 60s }'));
    const env = libpqEnvironment(standby?.uri ?? '');
    const { code, stdout, stderr } = await runCli(['plan', file, '--json'], { env });
    expect({ code }, stderr).toEqual({ code: 0 });
    const plan = JSON.parse(stdout) as PlanV1;
    expect(plan.refused_now).toMatchObject([{ code: 'server_unsupported' }]);
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: 'standby-counters' }));
    expect(plan.steps[0]?.tasks.length).toBeGreaterThan(0);
  });

  it('as the ledger’s own role settles by proof, and records it', async () => {
    const { code, stdout } = await runCli(['status', ids.left], { env: libpqEnvironment(uri) });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^run \S+ succeeded/);
    const [run] = await query<{ status: string }>(
      `select status from runbook.run where run_id = '${ids.left}'`,
    );
    expect(run).toEqual({ status: 'succeeded' });
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli, type CliResult } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { expectValidReport } from '../support/report-schema.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`
  create schema many;
  create table pace (seconds float8);
  insert into pace values (0.3);
  create function nap() returns text language sql as 'select pg_sleep(seconds)::text from public.pace';
  do $$ begin for i in 1..60 loop
    execute format('create materialized view many.v%s as select public.nap() as t with no data', i);
  end loop; end $$`);

beforeAll(() => cli('init'));

const VIEWS = 60;
const STEPS = (policy: string): string => `  - id: views
    refresh: { views: { include: ["many.*"] } }
    concurrency: 2
    policy: ${policy}
  - id: later
    needs: [views]
    sql: SELECT 1
`;

const write = (name: string, yaml: string): string => {
  const path = join(folder, name);
  writeFileSync(path, yaml);
  return path;
};

const cli = (...args: string[]): Promise<CliResult> => runCli(args, { env: db.env });

async function reportOf(run: string): Promise<ReportV1> {
  const { stdout, stderr } = await cli('status', run, '--json');
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as ReportV1;
  expectValidReport(report);
  return report;
}

async function refreshed(atLeast: number): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    const [row] = await db.rows<{ n: number }>(
      `select count(*)::int as n from runbook.task
        where status = 'succeeded' and run_id in (select run_id from runbook.run where status in ('running', 'detached'))`,
    );
    if ((row?.n ?? 0) >= atLeast) return;
    await sleep(50);
  }
  throw new Error('no task succeeds');
}

const pace = (seconds: number): Promise<unknown> =>
  db.query('update pace set seconds = $1', [seconds]);

/** The run as it was stopped: what was done, what was not, and who stopped it. */
function expectCancelled(report: ReportV1, exitCode: number, by: string): void {
  const [views, later] = report.steps;
  const statuses = (views?.tasks ?? []).map(({ status }) => status);
  const done = statuses.filter((status) => status === 'succeeded').length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(VIEWS);
  expect(statuses.filter((s) => !['succeeded', 'cancelled', 'skipped'].includes(s))).toEqual([]);
  const undone = VIEWS - done;
  expect(views).toMatchObject({
    status: 'cancelled',
    reason: `cancelled by ${by}: ${String(undone)} of 60 tasks not done`,
  });
  expect(later).toMatchObject({
    status: 'cancelled',
    reason: `cancelled by ${by}: 1 of 1 task not done`,
    finished_at: null,
  });
  expect(report.run).toMatchObject({
    status: 'cancelled',
    exit_code: exitCode,
    reason: `cancelled by ${by}: ${String(undone + 1)} of 61 tasks not done`,
    next_commands: [`pg-runbook resume ${report.run.id}`],
  });
  for (const { status, reason } of views?.tasks ?? []) {
    if (status === 'cancelled') expect(reason).toContain(`cancelled by ${by}: `);
    if (status === 'skipped') expect(reason).toBe(`cancelled before it was launched, by ${by}`);
  }
}

/** One line a step says what was skipped, whatever the number of its tasks. */
function expectFewLines(stderr: string): void {
  const lines = stderr.split('\n').filter((line) => / views.*skipped/.test(line));
  expect(lines).toContainEqual(expect.stringMatching(/views: \d+ tasks skipped: cancelled before/));
  // A task that was about to be launched may be told beside the others.
  expect(lines.length, stderr).toBeLessThanOrEqual(2);
}

async function expectResumed(run: string): Promise<void> {
  await pace(0);
  const resumed = await cli('resume', run, '--report', join(folder, 'resumed.json'));
  expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
  const report = await reportOf(run);
  expect(report.run).toMatchObject({ id: run, status: 'succeeded', exit_code: 0 });
  expect(report.summary.tasks).toEqual({ succeeded: VIEWS + 1 });
}

describe('a run that is stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGHUP', 143],
  ] as const)(
    'by %s is cancelled, says so, and is resumed',
    async (signal, code) => {
      await pace(0.3);
      const path = join(folder, `${signal}.json`);
      const result = await runCli(
        ['run', write(`${signal}.yaml`, runbook(STEPS('wait'))), '--report', path],
        { env: db.env, signalAfter: { signal, seen: /views\/4\b.*succeeded/ } },
      );
      expect(result.code, result.stderr).toBe(code);
      const report = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
      expectCancelled(report, code, `${signal} of the engine`);
      expectCancelled(await reportOf(report.run.id), code, `${signal} of the engine`);
      expectFewLines(result.stderr);
      await expectResumed(report.run.id);
    },
    120_000,
  );

  it('by pg-runbook cancel is cancelled just so, with exit 1', async () => {
    await pace(0.3);
    const path = join(folder, 'cancel.json');
    const running = cli('run', write('cancel.yaml', runbook(STEPS('wait'))), '--report', path);
    await refreshed(3);
    const cancelled = await cli('cancel', 'latest');
    expect(cancelled.code, cancelled.stderr).toBe(0);
    const result = await running;
    expect(result.code, result.stderr).toBe(1);
    const report = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
    const by =
      /cancelled by (pg-runbook cancel of postgres@\S+): /.exec(report.run.reason ?? '')?.[1] ?? '';
    expectCancelled(report, 1, by);
    expectCancelled(await reportOf(report.run.id), 1, by);
    expectFewLines(result.stderr);
    await expectResumed(report.run.id);
  }, 120_000);

  it('while it is detached is cancelled just so', async () => {
    await pace(0.3);
    const yaml = runbook(STEPS('detach').replace(/ {2}- id: later[^]*/, ''));
    expect(
      (await cli('run', write('alone.yaml', yaml), '--report', join(folder, 'alone.json'))).code,
    ).toBe(0);
    await refreshed(3);
    expect((await cli('cancel', 'latest')).code).toBe(0);
    const { run, steps } = await reportOf('latest');
    expect(run).toMatchObject({ status: 'cancelled', exit_code: 1 });
    expect(run.reason).toMatch(
      /^cancelled by pg-runbook cancel of postgres@\S+: \d+ of 60 tasks not done$/,
    );
    expect(steps[0]?.status).toBe('cancelled');
    await pace(0);
    expect((await cli('resume', run.id, '--report', join(folder, 'alone.json'))).code).toBe(0);
    expect((await cli('wait', run.id)).code).toBe(0);
    expect((await reportOf(run.id)).summary.tasks).toEqual({ succeeded: VIEWS });
  }, 120_000);

  it('in one step alone has failed, also when none of its tasks was launched', async () => {
    const yaml = runbook(`  - id: nap
    sql: SELECT pg_sleep(3)
  - id: later
    needs: [nap]
    sql: SELECT 1
`);
    const path = join(folder, 'step.json');
    const running = cli('run', write('step.yaml', yaml), '--report', path);
    for (let i = 0; i < 200; i += 1) {
      const [row] = await db
        .rows("select from runbook.attempt where step_id = 'nap' and status = 'running'")
        .catch(() => []);
      if (row !== undefined) break;
      await sleep(50);
    }
    await cli('cancel', 'latest', '--step', 'later');
    expect((await running).code).toBe(1);
    const report = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
    expect(report.steps.map(({ status }) => status)).toEqual(['succeeded', 'cancelled']);
    expect(report.run).toMatchObject({
      status: 'failed',
      exit_code: 1,
      reason: '1 step cancelled',
    });
    const resumed = await cli('resume', report.run.id, '--report', path);
    expect(resumed.code, resumed.stderr).toBe(0);
  }, 60_000);
});

describe('resume --failed', () => {
  const FAILS = (idempotent: boolean): string => `  - id: fragile
    sql: SELECT 1 / (SELECT count(*) FROM public.fuel)
${idempotent ? '    idempotent: true\n' : ''}  - id: slow
    sql: SELECT public.nap()
    timeout: 1s
    idempotent: true
  - id: last
    needs: [fragile, slow]
    sql: SELECT 1
`;

  it('does what failed and what timed out again, with what waited for it, in the same run', async () => {
    await db.query('create table if not exists fuel (i int); truncate fuel');
    await pace(5);
    const path = join(folder, 'failed.json');
    const top = 'defaults: { timeout: 30s, on_failure: continue }';
    const first = await cli(
      'run',
      write('failed.yaml', runbook(FAILS(true), top)),
      '--report',
      path,
    );
    expect(first.code, first.stderr).toBe(1);
    const { run } = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
    expect(run.next_commands).toEqual([`pg-runbook resume ${run.id} --failed`]);
    const plain = await cli('resume', run.id, '--report', path);
    expect(plain.code, plain.stderr).toBe(3);
    expect(plain.stderr).toContain(`pg-runbook resume ${run.id} --failed`);
    await db.query('insert into fuel values (1)');
    await pace(0);
    const again = await cli('resume', run.id, '--failed', '--report', path);
    expect(again.code, again.stderr).toBe(0);
    const report = await reportOf(run.id);
    expect(report.run).toMatchObject({ status: 'succeeded', exit_code: 0, next_commands: [] });
    expect(report.steps.map(({ tasks }) => tasks[0]?.attempts.map(({ status }) => status))).toEqual(
      [['failed', 'succeeded'], ['timed_out', 'succeeded'], ['succeeded']],
    );
  }, 60_000);

  it('refuses SQL that is not declared idempotent, and says why', async () => {
    await db.query('create table if not exists fuel (i int); truncate fuel');
    await pace(0);
    const path = join(folder, 'refused.json');
    const first = await cli('run', write('refused.yaml', runbook(FAILS(false))), '--report', path);
    expect(first.code, first.stderr).toBe(1);
    const { run } = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
    expect(run.next_commands).toEqual([]);
    const again = await cli('resume', run.id, '--failed', '--report', path);
    expect(again.code, again.stderr).toBe(3);
    expect(again.stderr).toMatch(
      /fragile\/1 failed and may not be done again[^]*not declared idempotent/,
    );
    expect((await reportOf(run.id)).run.status).toBe('failed');
  }, 60_000);
});

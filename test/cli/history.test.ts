import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { untilRemovable } from '../support/horizon.js';
import { runbookOf, runYaml } from '../db/support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`create table t as select i, repeat('x', 100) pad from generate_series(1, 20000) i;
  create index t_i on t (i); delete from t where i % 100 > 0`);
await db.query('select pg_stat_force_next_flush()');

const steps = (sql: string): string => `
  - id: clean
    vacuum: { tables: { include: [public.t] }, options: { truncate: true } }
  - id: sql
    sql: ${sql}`;
const named = (name: string, sql: string, head = ''): string =>
  runbookOf(steps(sql), head).replace('name: test', `name: ${name}`);

describe('history', () => {
  it('counts a relation once, however many tasks of a step have looked at it', async () => {
    await db.query('create table walked as select i id, 0 n from generate_series(1, 20000) i');
    await db.query('alter table walked add primary key (id); analyze walked');
    const walk = `
      - id: walk
        backfill: { table: public.walked, key: id, set: { n: n + 1 }, batch: { rows: 2000 } }
        concurrency: 3`;
    const { run, steps } = await runYaml(db, runbookOf(walk).replace('name: test', 'name: walk'));
    expect(run.status).toBe('succeeded');
    const tasks = steps[0]?.tasks ?? [];
    expect(tasks.length).toBeGreaterThan(1);
    const { stdout } = await runCli(['history', 'walk', '--json'], { env: db.env });
    const { runs } = JSON.parse(stdout) as { runs: { bytes_freed: number }[] };
    const first = tasks[0]?.targets[0]?.evidence.before?.['size_bytes'];
    const last = tasks.at(-1)?.targets[0]?.evidence.after?.['size_bytes'];
    expect(runs[0]?.bytes_freed).toBeLessThan(0);
    expect(runs[0]?.bytes_freed).toBe(Number(first) - Number(last));
  });

  it('shows what runs took and brought, and which are missing', async () => {
    await untilRemovable(db);
    await runYaml(db, named('nightly', 'SELECT 1', 'expect_every: 1s'));
    await runYaml(db, named('nightly', 'SELECT 1', 'expect_every: 1s'));
    await runYaml(db, named('broken', 'SELECT 1 / 0', 'expect_every: 1h'));
    await expect
      .poll(async () => (await runCli(['history', 'nightly'], { env: db.env })).stdout, {
        timeout: 10_000,
      })
      .toMatch(
        /^nightly\n( {2}\d{8}-\w{6} {2}\d\d:\d\dZ {2}v1 {3}succeeded .*\n){2} {2}2 of 2 succeeded; .*\nnightly has not succeeded for \d.*: one run is expected every 1\.?0?s \(the last is succeeded\)\n$/,
      );
    const { stdout, code } = await runCli(['history', '--json'], { env: db.env });
    const { runs, missed } = JSON.parse(stdout) as {
      runs: { runbook: string; dead_rows_removed: number; troubled: number }[];
      missed: { runbook: string }[];
    };
    expect(code).toBe(0);
    expect(runs.map(({ runbook }) => runbook)).toEqual(['broken', 'nightly', 'nightly', 'walk']);
    expect(runs.map(({ troubled }) => troubled)).toEqual([1, 0, 0, 0]);
    expect(runs[2]?.dead_rows_removed).toBeGreaterThan(19_000);
    expect(missed.map(({ runbook }) => runbook)).toEqual(['nightly']);
    const doctor = await runCli(['doctor'], { env: db.env });
    expect(doctor.stdout).toContain('warn  missed     nightly has not succeeded for');
    expect(doctor.stdout).toContain('→ pg-runbook history nightly');
  });

  it('expects runs as rarely as once a month', async () => {
    await runYaml(db, named('monthly', 'SELECT 1', 'expect_every: 32d\nledger: { keep: 10y }'));
    const missed = async (): Promise<string> =>
      (await runCli(['history', 'monthly'], { env: db.env })).stdout;
    expect(await missed()).not.toContain('has not succeeded');
    await db.query(`update runbook.run set started_at = started_at - interval '40 days',
        finished_at = finished_at - interval '40 days' where runbook_name = 'monthly'`);
    expect(await missed()).toContain(
      'monthly has not succeeded for 40d 0h: one run is expected every 32d',
    );
  });

  it('limits what it shows, and says what it cannot take', async () => {
    const one = await runCli(['history', '--limit', '1'], { env: db.env });
    expect(one.stdout).toContain('broken\n');
    expect(one.stdout).toContain('1/2 failed');
    const bad = await runCli(['history', '--limit', '0'], { env: db.env });
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('[usage]')]);
  });
});

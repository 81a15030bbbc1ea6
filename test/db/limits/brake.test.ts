import { afterEach, describe, expect, it } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { EXIT } from '../../../src/errors.js';
import { runCli, type CliResult } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, runReported, useFolder } from '../engine/support.js';
import { about, until } from '../detach/support.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query('create table knob as select 30 as seconds; create table done (what text)');
await db.query(
  'create procedure slowly() language plpgsql as $$ begin perform pg_sleep(30); end $$',
);
await runCli(['init'], { env: db.env });

const pause = (...more: string[]): Promise<CliResult> =>
  runCli(['pause', '--reason', 'incident 4711', ...more], { env: db.env });
const unpause = (): Promise<CliResult> => runCli(['unpause'], { env: db.env });

afterEach(async () => {
  await unpause();
  await db.query('update knob set seconds = 30');
});

const named = (name: string, steps: string): string =>
  runbookOf(steps).replace('name: test', `name: ${name}`);
const task = (report: ReportV1): Task => report.steps[0]!.tasks[0]!;

/** Sleeps as long as the knob says. */
const SLOW = `
  - id: slow
    sql: |
      INSERT INTO done VALUES ('slow');
      SELECT pg_sleep(seconds) FROM knob`;

const running = (name: string): Promise<void> =>
  until(
    db,
    `select 1 from runbook.run r join runbook.attempt a using (run_id)
      where r.runbook_name = $1 and a.status = 'running' and a.backend_start is not null`,
    [name],
  );

describe('the emergency brake', () => {
  it('lets nothing begin, says who pulled it and why, and lets go: exit 75', async () => {
    const pulled = await pause();
    expect([pulled.code, pulled.stdout]).toEqual([
      0,
      expect.stringContaining('all runs') as string,
    ]);
    const error = await runYaml(db, named('kept', SLOW)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'braked', exitCode: EXIT.notNow });
    expect((error as Error).message).toMatch(/paused by postgres@.*: incident 4711/);
    const { stdout } = await runCli(['status'], { env: db.env });
    expect(stdout).toMatch(/^all runs are paused by postgres@.* for the whole database: incident/);
    expect((await unpause()).stdout).toContain('all runs of this database go on');
    expect((await unpause()).code).toBe(EXIT.refused);
  });

  it('keeps a run between two tasks, what runs goes on, and lets go by itself', async () => {
    const two = named('between', `${SLOW}\n  - id: next\n    needs: [slow]\n    sql: SELECT 1`);
    await db.query('update knob set seconds = 2');
    const run = runYaml(db, two);
    await running('between');
    await pause('--until', '4s');
    const report = await run;
    expect(report.run.status).toBe('succeeded');
    const [slow, next] = report.steps;
    const gap = Date.parse(next?.started_at ?? '') - Date.parse(slow?.finished_at ?? '');
    expect(gap).toBeGreaterThan(1_000);
  });

  it('stops what runs, which is done again when it is let go', async () => {
    const run = runYaml(db, named('stopped', SLOW));
    await running('stopped');
    await pause('--cancel');
    const ended = `select 1 from runbook.attempt a join runbook.run r using (run_id)
                    where r.runbook_name = $1 and a.status = 'cancelled'`;
    await until(db, ended, ['stopped']);
    await db.query('update knob set seconds = 0');
    await unpause();
    const report = await run;
    expect(report.run.status).toBe('succeeded');
    expect(task(report).attempts.map(({ status }) => status)).toEqual(['cancelled', 'succeeded']);
    expect(task(report).attempts[0]?.message).toMatch(
      /^the emergency brake was pulled while it ran/,
    );
    expect(await db.rows('select * from done')).toHaveLength(2);
  });

  it('stops what a supervisor looks after, and what nobody does', async () => {
    const detached = named('detached', `${SLOW}\n    policy: detach`);
    const { run } = await runYaml(db, detached);
    await running('detached');
    const killed = await runReported(
      db,
      folder,
      runbook('  - id: slow\n    sql: SELECT pg_sleep(30)\n', 'defaults: { timeout: 1m }'),
      { signalAfter: { signal: 'SIGKILL', seen: /slow\/1 launched/ } },
    );
    expect(killed.signal).toBe('SIGKILL');
    await pause('--cancel');
    const alive = `select count(*)::int as n from pg_stat_activity
                    where backend_type = 'pg_background' and datname = current_database()
                      and application_name like 'pg-runbook/%/slow/1'`;
    await expect.poll(() => db.rows(alive), { timeout: 15_000 }).toEqual([{ n: 0 }]);
    await db.query('update knob set seconds = 0');
    await unpause();
    const waited = await about(db, 'wait', run.id);
    expect([waited.code, task(waited.report).status]).toEqual([0, 'succeeded']);
    expect(task(waited.report).attempts.map(({ status }) => status)).toEqual([
      'cancelled',
      'succeeded',
    ]);
  });

  it('does not do again what may do harm', async () => {
    const run = runYaml(
      db,
      named('harm', '\n  - id: slow\n    transaction: false\n    sql: CALL slowly()'),
    );
    await running('harm');
    await pause('--cancel');
    const report = await run;
    expect(report.run.status).toBe('failed');
    expect(task(report)).toMatchObject({ status: 'cancelled' });
  });

  it.each([
    [['pause'], /say why/],
    [['pause', '--reason', 'x', '--until', 'tomorrow'], /neither a duration nor a moment/],
    [['pause', '--reason', 'x', '--until', '2020-01-01T00:00:00Z'], /neither a duration/],
    [['pause', 'latest', '--reason', 'x'], /for all runs/],
  ])('%j is refused with exit 2', async (args, complaint) => {
    const { code, stderr } = await runCli(args, { env: db.env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(complaint) as string]);
  });
});

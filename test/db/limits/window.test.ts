import { describe, expect, it } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { EXIT, RunbookError } from '../../../src/errors.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { expectValidReport } from '../../support/report-schema.js';
import { about, until } from '../detach/support.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table effect (what text, timeout text);
  create schema w;
  do $$ begin for i in 1..4 loop
    execute format('create table w.t%s as select generate_series(1, %s) id', i, i * 1000);
  end loop; end $$`);

const tasks = (report: ReportV1): Record<string, Task> =>
  Object.fromEntries(report.steps.flatMap((step) => step.tasks.map((task) => [task.id, task])));

const named = (name: string, steps: string, head = ''): string =>
  runbookOf(steps, head).replace('name: test', `name: ${name}`);

async function run(yaml: string): Promise<ReportV1> {
  const report = await runYaml(db, yaml);
  expectValidReport(report);
  // What the ledger says is what the report says.
  const stored = await about(db, 'status', report.run.id);
  expect(stored.report.run.status).toBe(report.run.status);
  expect(tasks(stored.report)).toEqual(tasks(report));
  return report;
}

/** Other SQL each time: what took long before would not be begun in a short window. */
let serial = 0;
const slow = (): string => `
  - id: slow
    sql: SELECT pg_sleep(2), ${String((serial += 1))}`;
const NEXT = `
  - id: next
    needs: [slow]
    vacuum: { tables: { include: ["w.*"], order_by: name } }
    concurrency: 2`;

describe('a window that closes', () => {
  it('drains: what runs goes on, nothing more is launched, what was left is told; exit 75', async () => {
    const report = await run(named('drain', slow() + NEXT, 'window: { max_duration: 1s }'));
    expect(report.run).toMatchObject({ status: 'deferred', exit_code: EXIT.notNow });
    expect(Date.parse(report.run.window_ends_at ?? '')).toBeGreaterThan(
      Date.parse(report.run.started_at ?? ''),
    );
    const { 'slow/1': first, 'next/1': next } = tasks(report);
    expect(first).toMatchObject({ status: 'succeeded', deferred: false });
    expect(next).toMatchObject({ status: 'skipped', deferred: true, attempts: [] });
    expect(next?.reason).toMatch(/^the window closed at /);
    expect(report.steps[1]?.status).toBe('skipped');
  });

  it('cancels: what runs is stopped and left to the next run, its own timeout set within the window', async () => {
    const report = await run(
      named(
        'cancel',
        `
  - id: long
    sql: |
      INSERT INTO effect SELECT 'kept', 'not';
      SELECT pg_sleep(30)
  - id: seen
    sql: INSERT INTO effect VALUES ('timeout', current_setting('statement_timeout'))`,
        'window: { max_duration: 1500ms, at_end: cancel }',
      ),
    );
    expect(report.run).toMatchObject({ status: 'deferred', exit_code: EXIT.notNow });
    const { 'long/1': long, 'seen/1': seen } = tasks(report);
    expect(long).toMatchObject({ status: 'cancelled', deferred: true });
    expect(long?.reason).toMatch(/^the window closed while it ran/);
    expect(seen?.status).toBe('succeeded');
    const [row] = await db.rows<{ timeout: string }>(
      "select timeout from effect where what = 'timeout'",
    );
    expect(Number(/^(\d+)ms$|^(\d+)/.exec(row?.timeout ?? '')?.[0].replace('ms', ''))).toBeLessThan(
      4501,
    );
    expect(await db.rows("select * from effect where what = 'kept'")).toEqual([]);
  });

  it('does not hide a failure', async () => {
    const steps = `
  - id: bad
    sql: SELECT 1 / 0
    on_failure: continue${slow()}${NEXT}`;
    const report = await run(named('failing', steps, 'window: { max_duration: 1s }'));
    expect(report.run).toMatchObject({ status: 'failed', exit_code: EXIT.taskFailed });
    expect(report.run.reason).toMatch(/^1 task did not succeed; \d tasks? deferred$/);
  });

  it('leaves what is known to take too long to the next run, and begins the rest', async () => {
    const steps = `
  - id: both
    sql: SELECT pg_sleep(1.5)
  - id: quick
    sql: SELECT 1`;
    await run(named('known', steps));
    const report = await run(named('known', steps, 'window: { max_duration: 1s }'));
    const { 'both/1': long, 'quick/1': quick } = tasks(report);
    expect(long).toMatchObject({ status: 'skipped', deferred: true, attempts: [] });
    expect(long?.reason).toContain('longer than is left');
    expect(quick?.status).toBe('succeeded');
    expect(report.run.status).toBe('deferred');
  });

  it('lets resume do the rest, in a window of its own', async () => {
    const first = await run(named('resumed', slow() + NEXT, 'window: { max_duration: 1s }'));
    const resumed = await runCli(['resume', first.run.id, '--json'], { env: db.env });
    const report = JSON.parse(resumed.stdout) as ReportV1;
    expect([resumed.code, report.run.status], resumed.stderr).toEqual([0, 'succeeded']);
    expect(tasks(report)['next/1']).toMatchObject({ status: 'succeeded', deferred: false });
    expect(report.run.window_ends_at).not.toBe(first.run.window_ends_at);
  });
});

describe('what a window left over', () => {
  const yaml = (head: string, more = ''): string => named('carried', slow() + NEXT + more, head);
  const firstOf = async (head: string): Promise<unknown> => {
    const { steps } = await planYaml(db, yaml(head).replace('order_by: name', 'order_by: size'));
    const targets = steps[1]!.tasks.flatMap((task) => task.targets);
    return targets.map(({ relation, facts }) => [relation, facts['carried_over'] ?? 0]);
  };

  it('comes first in the next run, the more often the sooner, until it is done', async () => {
    const head = 'window: { max_duration: 1s }';
    await run(yaml(head).replace('"w.*"', 'w.t1, w.t2'));
    await run(yaml(head).replace('"w.*"', 'w.t1'));
    expect(await firstOf(head)).toEqual([
      ['t1', 2],
      ['t4', 0],
      ['t3', 0],
      ['t2', 0],
    ]);
    await run(yaml(head).replace('"w.*"', 'w.t3'));
    expect(await firstOf(head)).toEqual([
      ['t3', 1],
      ['t4', 0],
      ['t2', 0],
      ['t1', 0],
    ]);
    expect(await firstOf('window: { max_duration: 1s, carry_over: false }')).toMatchObject([
      ['t4', 0],
      ['t3', 0],
      ['t2', 0],
      ['t1', 0],
    ]);
    await run(yaml('window: { max_duration: 1m }'));
    expect(await firstOf(head)).toEqual(
      await firstOf('window: { max_duration: 1s, carry_over: false }'),
    );
  });
});

describe('a closed window', () => {
  it('lets nothing begin, and says when it opens: exit 75', async () => {
    const tomorrow = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][
      (new Date().getUTCDay() + 2) % 7
    ];
    const yaml = named('closed', slow(), `window: { days: [${String(tomorrow)}] }`);
    const error = await runYaml(db, yaml).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunbookError);
    expect(error).toMatchObject({ code: 'window_closed', exitCode: EXIT.notNow });
    expect((error as RunbookError).hint).toMatch(/^It opens at \d{4}-/);
    expect(await db.rows("select 1 from runbook.run where runbook_name = 'closed'")).toEqual([]);
  });
});

describe('a window of a detached step, nobody connected', () => {
  const DETACHED = `
  - id: many
    policy: detach
    sql: SELECT pg_sleep(30)`;

  it('cancels at its end by the supervisor', async () => {
    const head = 'window: { max_duration: 2s, at_end: cancel }';
    const report = await runYaml(db, named('detached-cancel', DETACHED, head));
    expect(report.run.status).toBe('detached');
    const waited = await about(db, 'wait', report.run.id);
    expect(waited.code).toBe(EXIT.notNow);
    expect(waited.report.run).toMatchObject({ status: 'deferred', exit_code: EXIT.notNow });
    expect(tasks(waited.report)['many/1']).toMatchObject({ status: 'cancelled', deferred: true });
  });

  it('drains: the supervisor launches nothing more', async () => {
    const steps = `
  - id: rebuild
    policy: detach
    reindex: { indexes: { include: ["w.*"], order_by: name }, concurrently: false }`;
    await db.query('create index a_i on w.t1 (id); create index b_i on w.t2 (id)');
    const locker = await db.connect();
    await locker.query('begin; lock table w.t1');
    const report = await runYaml(
      db,
      named('detached-drain', steps, 'window: { max_duration: 2s }'),
    );
    const ended = `select 1 from runbook.run where run_id = $1 and window_ends_at < clock_timestamp()`;
    await until(db, ended, [report.run.id]);
    await locker.query('rollback');
    const waited = await about(db, 'wait', report.run.id);
    expect(waited.code, waited.stderr).toBe(EXIT.notNow);
    expect(tasks(waited.report)).toMatchObject({
      'rebuild/1': { status: 'succeeded', deferred: false },
      'rebuild/2': { status: 'skipped', deferred: true, attempts: [] },
    });
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { EXIT } from '../../../src/errors.js';
import { useTestDatabase } from '../../support/database.js';
import { about, until } from '../detach/support.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table calm as select true as yes;
  create table done (what text);
  create table walked as select i as id, 0 as hits from generate_series(1, 50000) i;
  alter table walked add primary key (id)`);

afterEach(() => db.query('update calm set yes = true'));

const guard = (more = ''): string => `guards: [{ name: calm, sql: "select yes from calm"${more} }]`;
const named = (name: string, steps: string, head: string): string =>
  runbookOf(steps, head).replace('name: test', `name: ${name}`);
const ONE = "\n  - id: one\n    sql: INSERT INTO done VALUES ('one')";
const task = (report: ReportV1): Task => report.steps[0]!.tasks[0]!;

/** Runs while the guard does not hold; `meanwhile` comes once that was told. */
async function whileBusy(
  yaml: string,
  meanwhile: () => Promise<unknown>,
): Promise<{ report: ReportV1; told: string[] }> {
  await db.query('update calm set yes = false');
  const told: string[] = [];
  const running = runYaml(db, yaml, {
    onEvent: (event) => {
      if (event.type === 'guard_breached') told.push(event.why);
    },
  });
  await expect.poll(() => told, { timeout: 15_000 }).toHaveLength(1);
  await meanwhile();
  return { report: await running, told };
}

describe('a guard that does not hold', () => {
  it('holds back launches until it does, and says so once', async () => {
    const { report, told } = await whileBusy(named('held', ONE, guard()), async () => {
      expect(await db.rows('select * from done')).toEqual([]);
      await db.query('update calm set yes = true');
    });
    expect(told).toEqual(['guard calm: not true: select yes from calm']);
    expect(report.run.status).toBe('succeeded');
    expect(await db.rows('select * from done')).toHaveLength(1);
  });

  it('stops the run when that takes too long: deferred, exit 75, with its name', async () => {
    const { report } = await whileBusy(named('long', ONE, guard(', max_pause: 1s')), () =>
      Promise.resolve(),
    );
    expect(report.run).toMatchObject({ status: 'deferred', exit_code: EXIT.notNow });
    expect(task(report)).toMatchObject({ status: 'skipped', deferred: true, attempts: [] });
    expect(task(report).reason).toBe('guard calm: not true: select yes from calm');
  });

  it('that stops looks twice: a moment is no reason', async () => {
    const stop = guard(', on_breach: stop');
    const { report } = await whileBusy(named('moment', ONE, stop), () =>
      db.query('update calm set yes = true'),
    );
    expect(report.run.status).toBe('succeeded');
    const lasting = await whileBusy(named('lasting', ONE, stop), () => Promise.resolve());
    expect(lasting.report.run.status).toBe('deferred');
  });

  it('that skips leaves out the task, and goes on with the next', async () => {
    await db.query('update calm set yes = false');
    const steps = `${ONE}\n  - id: two\n    sql: UPDATE calm SET yes = true`;
    const report = await runYaml(db, named('skips', steps, guard(', on_breach: skip')));
    expect(report.steps.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
    expect(report.run.status).toBe('deferred');
  });

  it('is looked at while the outcome of another task is recorded, and does not disturb that', async () => {
    const steps = Array.from({ length: 8 }, (_, i) => {
      const [id, needs] = [String(i), i < 2 ? '' : `\n    needs: [s${String(i - 2)}]`];
      return `\n  - id: s${id}\n    sql: SELECT ${id}${needs}`;
    });
    const report = await runYaml(db, named('busy', steps.join(''), guard()));
    expect(report.run).toMatchObject({ status: 'succeeded', reason: null });
  });

  it('says nothing to tasks for which there is no room yet', async () => {
    const steps = '\n  - id: slow\n    sql: SELECT pg_sleep(1.5)\n  - id: next\n    sql: SELECT 1';
    const yaml = named('room', steps, guard(', on_breach: skip')).replace(
      'workers: 8',
      'workers: 1',
    );
    const changes: Promise<unknown>[] = [];
    const report = await runYaml(db, yaml, {
      onEvent: (event) => {
        if (event.type !== 'task_launched' || !event.task.id.startsWith('slow')) return;
        const moment = db.query('update calm set yes = false').then(() => sleep(700));
        changes.push(moment.then(() => db.query('update calm set yes = true')));
      },
    });
    await Promise.all(changes);
    expect(changes).toHaveLength(1);
    expect(report.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  });

  it('holds back a supervisor, nobody connected, and stops it when that takes too long', async () => {
    await db.query(`create schema two;
      create table two.a as select 1 id; create index a_i on two.a (id);
      create table two.b as select 1 id; create index b_i on two.b (id)`);
    const rebuild = `
  - id: many
    policy: detach
    reindex: { indexes: { include: ["two.*"], order_by: name }, concurrently: false }`;
    const locker = await db.connect();
    await locker.query('begin; lock table two.a in row exclusive mode');
    const { run } = await runYaml(db, named('handed', rebuild, guard(', max_pause: 2s')));
    expect(run.status).toBe('detached');
    const begun = `select 1 from runbook.attempt where run_id = '${run.id}' and status = 'running'`;
    await until(db, begun);
    await db.query('update calm set yes = false');
    await locker.query('rollback');
    const waited = await about(db, 'wait', run.id);
    expect(waited.code).toBe(EXIT.notNow);
    expect(waited.report.steps[0]?.tasks).toMatchObject([
      { status: 'succeeded', deferred: false },
      { status: 'skipped', deferred: true, reason: 'guard calm: not true: select yes from calm' },
    ]);
  });

  it('holds back the batches of a walk', async () => {
    const walk = `
  - id: walk
    backfill:
      table: public.walked
      key: id
      set: { hits: hits + 1 }
      batch: { rows: 500, max_rows: 500, pause: 20ms }`;
    const running = runYaml(db, named('walk', walk, guard()));
    const some = 'select count(*)::int as n from walked where hits > 0';
    const count = async (): Promise<number> => (await db.rows<{ n: number }>(some))[0]?.n ?? 0;
    await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(500);
    await db.query('update calm set yes = false');
    const held = "select 1 from runbook.batch_part where paused_for like 'guard calm:%'";
    await expect.poll(() => db.rows(held), { timeout: 15_000 }).toHaveLength(1);
    const before = await count();
    expect(before).toBeLessThan(50_000);
    await db.query('update calm set yes = true');
    expect((await running).run.status).toBe('succeeded');
    expect(await count()).toBe(50_000);
  });
});

describe('guards', () => {
  it('know active sessions', async () => {
    const busy = await db.connect();
    const sleeping = busy.query('select pg_sleep(4)');
    const head = 'guards: [{ name: quiet, active_sessions: { max: 0 } }]';
    const told: string[] = [];
    const report = await runYaml(db, named('sessions', ONE, head), {
      onEvent: (event) => {
        if (event.type === 'guard_breached') told.push(event.why);
      },
    });
    await sleeping;
    expect(report.run.status).toBe('succeeded');
    expect(told.join()).toMatch(/^guard quiet: \d+ sessions are active, more than 0$/);
  });

  it('are tried when the plan is made: what is misspelt or no boolean is an error', async () => {
    const refused = async (sql: string): Promise<unknown[]> => {
      const head = `guards: [{ name: g, sql: "${sql}" }]`;
      const { findings } = await planYaml(db, named('tried', ONE, head));
      return findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    };
    expect(await refused('select yes from clam')).toEqual([
      expect.stringMatching(/^guard g: the server refuses it: relation "clam".*SQLSTATE 42P01/),
    ]);
    expect(await refused('select 1.5')).toHaveLength(1);
    expect(await refused('select yes from calm')).toEqual([]);
  });

  it('cannot change anything', async () => {
    await db.query(
      `create function sly() returns boolean language plpgsql as $$
         begin insert into done values ('sly'); return true; end $$`,
    );
    const yaml = named('sly', ONE, 'guards: [{ name: sly, sql: "select sly()" }]');
    const report = await runYaml(db, yaml).catch((error: unknown) => error);
    expect(await db.rows("select * from done where what = 'sly'")).toEqual([]);
    expect(JSON.stringify(report)).toMatch(/read-only transaction/);
  });
});

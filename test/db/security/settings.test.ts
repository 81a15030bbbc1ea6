import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunnablePlan } from '../../../src/model/live-plan.js';
import { withSession } from '../../../src/postgres/command-session.js';
import {
  planRun,
  makeRunId,
  migrateLedger,
  readServerInfo,
  runPlan,
  type RunOptions,
} from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, loadYaml, runbookOf } from '../support/run-yaml.js';
import { PURPOSES, readChanged, UNTRIED, type Changed } from './other-settings.js';
import { Steady } from './steady.js';

const db = await useTestDatabase();
const connection = connectionTo(db);
await db.query('create schema app');
await db.query(`
  create table app.walked (id double precision primary key, at timestamptz, note text) with (autovacuum_enabled = false);
  create table app.kept (id int primary key) with (autovacuum_enabled = false);
  create table app.told (what text, value text) with (autovacuum_enabled = false);
  create materialized view app.seen as select count(*) as n from app.kept;
  create unique index on app.seen (n);
  insert into app.kept select i from generate_series(1, 500) i;
  analyze app.kept`);
const runbook = await loadYaml(
  runbookOf(
    String.raw`
  - id: read
    sql: |
      insert into app.told values ('backslash', '\'), ('array', (array_to_string('{NULL}'::text[], ',', '*'))),
        ('null', (null = null)::text), ('lock', current_setting('lock_timeout'));
      select pg_sleep(0.15)
  - id: walk
    needs: [read]
    backfill:
      table: app.walked
      key: id
      set: { note: "'done'" }
      where: note is null
      batch: { rows: 20 }
  - id: clear
    needs: [walk]
    purge: { table: app.walked, key: id, where: at < '2020-01-01', batch: { rows: 20 } }
  - id: vacuum
    needs: [clear]
    vacuum: { tables: { include: [app.*] }, options: { analyze: true } }
    concurrency: 1
  - id: analyze
    needs: [vacuum]
    analyze: { tables: { include: [app.*] } }
    concurrency: 1
  - id: reindex
    needs: [analyze]
    reindex: { tables: { include: [app.kept] } }
  - id: refresh
    needs: [reindex]
    refresh: { views: { include: [app.seen] }, concurrently: true }
  - id: fails
    sql: select 1 / (select count(*) from app.kept where id < 0)`,
    `guards: [{ name: open, sql: "select '\\\\' = chr(92)", on_breach: pause }]`,
  ),
);
const NOW = new Date('2026-01-01T00:00:00Z');

/** The same rows, and counters that say nothing of the last run. */
async function reset(): Promise<void> {
  await db.query(`
    truncate app.walked, app.told;
    insert into app.walked
      select i + 0.1 + 1e-13, case when i % 2 = 0 then timestamptz '2019-01-01 03:04:05+00' + i * interval '1 min' else now() end
        from generate_series(1, 100) i;
    analyze app.walked`);
  // Counters of a session arrive a moment after its work.
  await db.query('select pg_stat_force_next_flush()');
}

const plan = (of = runbook): Promise<RunnablePlan> =>
  withSession(connection, 'pg-runbook/plan', async (session) =>
    planRun(session, of, await readServerInfo(session), NOW),
  );

const engineOptions = (): Omit<RunOptions, 'plan'> => ({
  runId: makeRunId(new Date(), randomBytes(6)),
  connection,
  allowChanged: true,
  origin: { host: 'test', pid: process.pid },
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onReport: () => Promise.resolve(),
});

/** Whether a supervisor has tasks of a run before it. */
const open = async (run: string): Promise<boolean> =>
  (await db.rows('select 1 from runbook.step where run_id = $1 and finished_at is null', [run]))
    .length > 0;

/** What a run leaves: its report, and what its workers read and changed. */
async function run(): Promise<unknown> {
  await reset();
  const planned = await plan();
  await withSession(connection, 'pg-runbook/init', migrateLedger);
  const report = await runPlan({ ...engineOptions(), plan: planned });
  const told = await db.rows('select * from app.told order by what');
  const walked = await db.rows('select note, count(*)::int from app.walked group by note');
  return { report, told, walked };
}

/** Runs work where the database has other settings; its error is a difference, too. */
async function under(
  settings: readonly Changed[],
  work: () => Promise<string[]>,
): Promise<string[]> {
  for (const { name, value } of settings) {
    await db.query(`alter database ${db.name} set ${name} to ${value}`);
  }
  try {
    return await work();
  } catch (error) {
    return [String(error)];
  } finally {
    await db.query(`alter database ${db.name} reset all`);
  }
}

/** Which of the settings make a difference: halves are tried only where the whole makes one. */
async function guilty(
  settings: readonly Changed[],
  differences: () => Promise<string[]>,
): Promise<Record<string, string[]>> {
  const found = await under(settings, differences);
  if (found.length === 0) return {};
  const [only, ...more] = settings;
  if (only === undefined || more.length === 0) return { [only?.name ?? 'none']: found };
  const half = Math.ceil(settings.length / 2);
  return {
    ...(await guilty(settings.slice(0, half), differences)),
    ...(await guilty(settings.slice(half), differences)),
  };
}

const AT_ONCE = 14;
const settings = await readChanged(db);
const unnamed = settings.filter(({ name }) => !Object.hasOwn(PURPOSES, name));
const named = settings.filter(({ name }) => Object.hasOwn(PURPOSES, name));

describe('settings that ALTER DATABASE … SET accepts', () => {
  it('are all tried, or named with the reason', () => {
    console.log(
      `settings: ${String(settings.length)} tried, ${String(named.length)} of them change what they are there for, ` +
        `${String(Object.keys(UNTRIED).length)} cannot be tried here`,
    );
    expect(settings.length).toBeGreaterThan(150);
    const names = settings.map(({ name }) => name);
    expect(Object.keys(PURPOSES).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('keep no ledger from being made, all at once', async () => {
    const found = await under(unnamed, async () => {
      await withSession(connection, 'pg-runbook/init', migrateLedger);
      return [];
    });
    expect(found).toEqual([]);
  }, 60_000);

  it('change nothing in what a supervisor does, all at once', async () => {
    await reset();
    const detached = await loadYaml(
      runbookOf(`
  - id: told
    policy: detach
    sql: |
      insert into app.told values ('lock', current_setting('lock_timeout')), ('reads', '\\' || (null = null)::text);
      select pg_sleep(0.4)
  - id: seen
    policy: detach
    refresh: { views: { include: [app.seen] }, concurrently: true }
  - id: bad
    policy: detach
    sql: select 1 / 0`),
    );
    const found = await under(unnamed, async () => {
      const report = await runPlan({ ...engineOptions(), plan: await plan(detached) });
      expect(report.run.status).toBe('detached');
      for (let i = 0; i < 600 && (await open(report.run.id)); i += 1) await setTimeout(25);
      return [];
    });
    expect(found).toEqual([]);
    expect(
      await db.rows(
        'select step_id, status, sqlstate from runbook.attempt where step_id = any ($1) order by 1',
        [['told', 'seen', 'bad']],
      ),
    ).toEqual([
      { step_id: 'bad', status: 'failed', sqlstate: '22012' },
      { step_id: 'seen', status: 'succeeded', sqlstate: null },
      { step_id: 'told', status: 'succeeded', sqlstate: null },
    ]);
    expect(await db.rows('select * from app.told order by 1')).toEqual([
      { what: 'lock', value: '0' },
      { what: 'reads', value: null },
    ]);
  }, 60_000);

  it('change no plan, each alone', async () => {
    await reset();
    const first = new Steady([await plan()]);
    expect(first.differences(await plan())).toEqual([]);
    const different: Record<string, string[]> = {};
    for (const setting of settings) {
      const found = await under([setting], async () => first.differences(await plan()));
      if (found.length > 0) different[setting.name] = found;
    }
    expect(different).toEqual({ track_counts: [expect.stringContaining('track_counts is off')] });
  }, 300_000);

  // One run takes two seconds, and there are two hundred settings: those of a group that makes no
  // difference together are taken to make none alone.
  it('change no run, but for those that are there to', async () => {
    await run();
    const steady = new Steady([await run(), await run(), await run()]);
    expect(steady.size).toBeGreaterThan(200);
    const differences = async (): Promise<string[]> => steady.differences(await run());
    let different: Record<string, string[]> = {};
    for (let i = 0; i < unnamed.length; i += AT_ONCE) {
      const found = await guilty(unnamed.slice(i, i + AT_ONCE), differences);
      different = { ...different, ...found };
    }
    expect(different).toEqual({});
    for (const setting of named) {
      expect([setting.name, await under([setting], differences)]).not.toEqual([setting.name, []]);
    }
  }, 600_000);
});

import type pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHorizonHolders } from '../../src/postgres/horizon.js';
import { useTestDatabase } from '../support/database.js';
import { connectionTo, planYaml, runbookOf, withSession } from './support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`create table t (id int primary key, a int); insert into t select i, i from generate_series(1, 100) i;
  create index broken on t (a)`);

const yaml = runbookOf(`
  - id: vacuum
    vacuum: { tables: { include: [public.t] } }
  - id: rebuild
    needs: [vacuum]
    reindex: { tables: { include: [public.t] } }`);

const pidOf = (client: pg.Client): string =>
  String((client as unknown as { processID: number }).processID);

const codes = async (): Promise<[string, string | null][]> =>
  (await planYaml(db, yaml)).findings.map(({ code, step }) => [code, step]);

describe('the plan', () => {
  it('takes no offence at transactions of this moment', async () => {
    const client = await db.connect();
    onTestFinished(async () => {
      await client.query('rollback');
    });
    await client.query('begin isolation level repeatable read; select count(*) from t');
    const { findings } = await planYaml(db, yaml);
    expect(findings.map(({ message }) => message).join()).not.toMatch(/session pid/);
  });

  it('takes a VACUUM at work for nothing that is in the way, and a snapshot for what it is', async () => {
    const [vacuum, reader] = [await db.connect(), await db.connect()];
    await db.query('create table big as select i from generate_series(1, 20000) i');
    await vacuum.query("set vacuum_cost_delay = '50ms'; set vacuum_cost_limit = 1");
    const running = vacuum.query('vacuum big').catch(() => undefined);
    onTestFinished(async () => {
      await reader.query('rollback');
      await db.query(`select pg_cancel_backend(${pidOf(vacuum)})`);
      await running;
    });
    await reader.query('begin isolation level repeatable read; select count(*) from t');
    const atWork = `select from pg_stat_progress_vacuum where pid = ${pidOf(vacuum)}`;
    await expect.poll(() => db.rows(atWork), { timeout: 10_000 }).toHaveLength(1);
    const holders = await withSession(connectionTo(db), readHorizonHolders);
    const named = holders.map(({ what }) => what).join();
    expect(named).toContain(`session pid ${pidOf(reader)} (`);
    expect(named).not.toContain(`session pid ${pidOf(vacuum)} (`);
    expect(await db.rows(atWork)).toHaveLength(1);
  });

  it('names invalid indexes of the tables that are rebuilt', async () => {
    expect(await codes()).not.toContainEqual(['invalid-index', 'rebuild']);
    await db.query("update pg_index set indisvalid = false where indexrelid = 'broken'::regclass");
    const { findings } = await planYaml(db, yaml);
    const found = findings.find(({ code }) => code === 'invalid-index');
    expect(found).toMatchObject({ step: 'rebuild', severity: 'warning' });
    expect(found?.message).toContain('public.broken');
  });

  it('counts the slots that it needs and those in use', async () => {
    const { capacity } = await planYaml(db, yaml);
    const [shown] = await db.rows<{ slots: number }>(
      "select current_setting('max_worker_processes')::int as slots",
    );
    expect(capacity.slots).toBe(shown?.slots);
    expect(capacity.used.map(({ by }) => by)).toContain('logical replication launcher');
    expect(capacity.timeline.map((level) => level.map(({ step }) => step))).toEqual([
      ['vacuum'],
      ['rebuild'],
    ]);
    expect(capacity.peak).toBeGreaterThan(0);
  });
});

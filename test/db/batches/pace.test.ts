import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { stepOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

/** How long each batch held its rows, as the rows themselves tell: by transaction, in order. */
async function batchTimes(): Promise<number[]> {
  const rows = await db.rows<{ ms: number }>(
    `select (extract(epoch from max(changed_at) - min(began_at)) * 1000)::float8 as ms
       from t group by began_at order by began_at`,
  );
  return rows.map((row) => row.ms);
}

describe('batches', () => {
  // A busy machine may stretch any batch; three times in a row it does not.
  it('take about their target, on rows of very different width', { retry: 2 }, async () => {
    // A zone of narrow rows, one of rows forty times as wide, and one whose trigger takes its time.
    await db.query(`drop table if exists t; drop function if exists slow();
      create table t (id int primary key, pad text, began_at timestamptz, changed_at timestamptz, n int default 0);
      alter table t alter pad set storage plain;
      insert into t (id, pad) select i, repeat('x', case when i between 240001 and 300000 then 800 else 20 end)
        from generate_series(1, 320000) i;
      create function slow() returns trigger language plpgsql as
        $$ begin perform sum(g) from generate_series(1, 1000) g; return new; end $$;
      create trigger slow before update on t for each row when (new.id > 300000) execute function slow();
      analyze t`);
    const target = 100;
    const report = await runYaml(
      db,
      runbookOf(`
        - id: walk
          backfill:
            table: public.t
            key: id
            set: { began_at: now(), changed_at: clock_timestamp(), n: n + 1 }
            batch: { rows: 1000, target_duration: ${String(target)}ms }`),
    );
    expect(report.run.status).toBe('succeeded');
    // The first is small by its rows, the last is what was left.
    const times = (await batchTimes()).slice(1, -1);
    const well = times.filter((ms) => ms >= target * 0.8 && ms <= target * 1.2).length;
    console.log(
      `batches of ${String(target)} ms: ${times.map((ms) => ms.toFixed(0)).join(' ')}; within 20 %: ${String(well)} of ${String(times.length)}`,
    );
    expect(times.length).toBeGreaterThan(10);
    expect(well / times.length).toBeGreaterThanOrEqual(0.8);
    const { progress } = stepOf(report, 'walk');
    expect(progress?.timed_batches).toBeGreaterThan(10);
    // What the report says of itself agrees with what the rows say.
    expect((progress?.timed_well ?? 0) / (progress?.timed_batches ?? 1)).toBeGreaterThanOrEqual(
      0.8,
    );
  });

  it('keep to their floor and ceiling, whatever the time', async () => {
    await db.query(`drop table if exists t;
      create table t (id int primary key, began_at timestamptz); insert into t select generate_series(1, 3000)`);
    const walk = (batch: string): string =>
      runbookOf(`
        - id: walk
          backfill: { table: public.t, key: id, set: { began_at: now() }, batch: ${batch} }`);
    const sizes = async (): Promise<number[]> =>
      (
        await db.rows<{ n: number }>(
          'select count(*)::int as n from t group by began_at order by began_at',
        )
      ).map(({ n }) => n);
    await runYaml(db, walk('{ rows: 100, max_rows: 400, target_duration: 20s }'));
    expect(await sizes()).toEqual([100, 400, 400, 400, 400, 400, 400, 400, 100]);
    await runYaml(db, walk('{ rows: 700, min_rows: 700, max_rows: 1000, target_duration: 1ms }'));
    const all = await sizes();
    expect(Math.min(...all.slice(0, -1))).toBeGreaterThanOrEqual(700);
    expect(Math.max(...all)).toBeLessThanOrEqual(1000);
  });

  // A busy machine may stretch any batch; three times in a row it does not.
  it(
    'have thousands of rows where each statement costs a quarter of the target',
    { retry: 2 },
    async () => {
      await db.query(`drop table if exists t;
      create table t (id int primary key, began_at timestamptz, changed_at timestamptz);
      insert into t select generate_series(1, 60000);
      create or replace function doze() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.1); return null; end $$;
      create trigger doze after update on t for each statement execute function doze();
      analyze t`);
      const report = await runYaml(
        db,
        runbookOf(`
        - id: walk
          backfill:
            table: public.t
            key: id
            set: { began_at: now(), changed_at: clock_timestamp() }
            batch: { target_duration: 400ms }`),
      );
      expect(report.run.status).toBe('succeeded');
      const sizes = await db.rows<{ n: number }>(
        'select count(*)::int as n from t group by began_at order by min(id)',
      );
      console.log(
        sizes.map(({ n }) => n).join(' '),
        (await batchTimes()).map(Math.round).join(' '),
      );
      expect(sizes.length).toBeLessThan(20);
      // It is learnt in the first two.
      expect(Math.min(...sizes.slice(2, -1).map(({ n }) => n))).toBeGreaterThan(1000);
      expect(Math.max(...(await batchTimes()))).toBeLessThan(800);
    },
  );
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { stepOf } from '../support/report.js';
import { planYaml, runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

beforeEach(async () => {
  await db.query(`drop table if exists t, twin cascade;
    create table t (id int primary key, n int not null default 0, kept boolean not null default false);
    insert into t (id, kept) select i, i = 1234 from generate_series(1, 3000) i;
    create table twin as table t;
    create or replace function hold() returns trigger language plpgsql as $$ begin return null; end $$`);
});

const backfill = (more = ''): string => `
  - id: walk
    backfill: { table: public.t, key: id, set: { n: n + 1 }${more} }`;

function outcome(report: ReportV1): { status: string; reason: string | null } {
  const { status, reason, tasks } = stepOf(report, 'walk');
  return { status, reason: tasks[0]?.reason ?? reason };
}

const KEEPERS: readonly (readonly [string, string, string])[] = [
  [
    'a rule that does nothing',
    'create rule keep as on update to t do instead nothing',
    'rule keep does something else instead of the update',
  ],
  [
    'a rule that updates another table',
    'create rule keep as on update to t do instead update twin set n = new.n where id = old.id',
    'rule keep does something else instead of the update',
  ],
  [
    'a rule for one row',
    'create rule keep as on update to t where old.kept do instead nothing',
    'the row with the key [1234] could not be done: of 1 rows 1 were not changed',
  ],
  [
    'a trigger that keeps every row',
    'create trigger hold before update on t for each row execute function hold()',
    'the row with the key [1] could not be done: of 1 rows 1 were not changed',
  ],
  [
    'a trigger that keeps one row',
    'create trigger hold before update on t for each row when (old.kept) execute function hold()',
    'the row with the key [1234] could not be done: of 1 rows 1 were not changed',
  ],
];

describe('rows that were there and were not changed', () => {
  it.each(KEEPERS)('are no success: %s', async (_, keeper, reason) => {
    await db.query(keeper);
    const plan = await planYaml(db, runbookOf(backfill()));
    expect(plan.steps[0]?.batches?.fires).toEqual([
      expect.stringMatching(
        /^rule keep on public\.t: takes the place of the update|^trigger hold on public\.t/,
      ),
    ]);
    expect(outcome(await runYaml(db, runbookOf(backfill())))).toEqual({
      status: 'failed',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it.each(KEEPERS)('may stay where the step says so: %s', async (name, keeper, reason) => {
    await db.query(keeper);
    const report = await runYaml(db, runbookOf(backfill(', allow_unchanged: true')));
    const { progress } = stepOf(report, 'walk');
    const kept = name.includes('one row') ? 1 : 3000;
    if (keeper.includes('instead') && kept === 3000) {
      expect(outcome(report)).toEqual({ status: 'succeeded', reason });
      return;
    }
    expect(progress).toMatchObject({
      rows_seen: 3000,
      rows_unchanged: kept,
      rows_changed: 3000 - kept,
    });
    expect(outcome(report)).toEqual({
      status: 'succeeded',
      reason: `${String(kept)} rows were there and were not changed, which allow_unchanged lets pass`,
    });
  });

  it('still match `where`, which fails the step unless it says that they may', async () => {
    await db.query('create trigger hold before delete on t for each row execute function hold()');
    const purge = (more: string): string => `
  - id: walk
    purge: { table: public.t, key: id, where: n = 0${more} }`;
    expect(outcome(await runYaml(db, runbookOf(purge(''))))).toEqual({
      status: 'failed',
      reason: expect.stringContaining('3000 rows still match') as string,
    });
    expect(outcome(await runYaml(db, runbookOf(purge(', allow_unchanged: true'))))).toEqual({
      status: 'succeeded',
      reason: '3000 rows still match `where`, which allow_unchanged lets pass',
    });
  });

  it('are not those that others delete and insert meanwhile', async () => {
    const other = await db.connect();
    let going = true;
    const churn = async (): Promise<void> => {
      for (let i = 1; going; i = (i % 3000) + 1) {
        await other.query(`delete from t where id between ${String(i)} and ${String(i + 20)}`);
        await other.query(
          `insert into t select g from generate_series(${String(i)}, ${String(i + 20)}) g on conflict do nothing`,
        );
      }
    };
    const churning = churn();
    const report = await runYaml(
      db,
      runbookOf(backfill(', batch: { rows: 20, max_rows: 20, pause: 1ms }')),
    );
    going = false;
    await churning;
    await other.end();
    expect(outcome(report)).toEqual({ status: 'succeeded', reason: null });
  });
});

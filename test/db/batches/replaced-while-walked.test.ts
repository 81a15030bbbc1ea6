import { beforeEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { POLICIES, runSteps } from '../support/both-policies.js';
import { stepOf } from '../support/report.js';

const db = await useTestDatabase();

beforeEach(async () => {
  await db.query(`drop schema if exists s, other cascade; create schema s; create schema other;
    create table s.t (id int primary key, n int not null default 0, m int not null default 0);
    insert into s.t (id) select generate_series(1, 3000);
    create table s.t2 (like s.t including all); insert into s.t2 select * from s.t;
    create table s.gone (like s.t including all); create table other.gone (like s.t)`);
});

const BATCH = 'batch: { rows: 50, max_rows: 50, pause: 20ms }';
const BACKFILL = `
  - id: walk
    backfill: { table: s.t, key: id, set: { n: n + 1 }, ${BATCH} }`;
const PURGE = `
  - id: walk
    purge: { table: s.t, key: id, where: n = 0, archive_to: s.gone, ${BATCH} }`;

/** Lets a walk begin, changes the schema under it, and says what became of the step. */
async function walkWhile(
  policy: (typeof POLICIES)[number],
  change: string,
  step: string,
): Promise<{ status: string; reason: string | null }> {
  const running = runSteps(db, policy, step);
  await expect.poll(walked, { timeout: 20_000 }).toBeGreaterThan(100);
  await db.query(change);
  const { status, reason } = stepOf(await running, 'walk');
  return { status, reason };
}

async function walked(): Promise<number> {
  const [row] = await db.rows<{ n: number }>(
    `select coalesce(max(rows_seen), 0)::int as n from runbook.batch_part
      where run_id in (select run_id from runbook.run where finished_at is null)`,
  );
  return row?.n ?? 0;
}

describe.each(POLICIES)('a walk whose table is changed under it, %s', (policy) => {
  it.each([
    [
      'is replaced by another one',
      'begin; alter table s.t rename to t_old; alter table s.t2 rename to t; commit',
      BACKFILL,
      's.t is not the table of the plan any more',
    ],
    [
      'is replaced by a view of it',
      'begin; alter table s.t rename to t_old; create view s.t as select * from s.t_old; commit',
      BACKFILL,
      's.t is not the table of the plan any more',
    ],
    [
      'has another column of the name that is set',
      'begin; alter table s.t rename n to was; alter table s.t rename m to n; commit',
      BACKFILL,
      'columns are not those of the plan any more: n',
    ],
    [
      'has a key of another type',
      'alter table s.t alter id type bigint',
      BACKFILL,
      'columns are not those of the plan any more: id',
    ],
    [
      'has another archive',
      'begin; alter table s.gone rename to was_gone; alter table other.gone set schema s; commit',
      PURGE,
      's.gone is not the table of the plan any more',
    ],
    [
      'has a rule instead of the update',
      'create rule keep as on update to s.t do instead update s.t2 set n = new.n where id = old.id',
      BACKFILL,
      'rule keep does something else instead of the update',
    ],
    ['is dropped', 'drop table s.t', BACKFILL, 's.t'],
    [
      'is renamed',
      'alter table s.t rename to t_old',
      PURGE,
      's.t is not the table of the plan any more',
    ],
  ])('fails when it %s', { timeout: 40_000 }, async (_, change, step, reason) => {
    expect(await walkWhile(policy, change, step)).toEqual({
      status: 'failed',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('goes on when a column that is set gets another type', async () => {
    const done = await walkWhile(policy, 'alter table s.t alter n type bigint', BACKFILL);
    expect(done).toEqual({ status: 'succeeded', reason: null });
    expect(await db.rows('select from s.t where n <> 1')).toHaveLength(0);
  });
});

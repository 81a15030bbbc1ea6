import { describe, expect, it } from 'vitest';
import { describeReport } from '../../../src/report/text.js';
import { useTestDatabase } from '../../support/database.js';
import { DIALECTS } from '../support/background.js';
import { POLICIES, runSteps } from '../support/both-policies.js';
import { taskOf } from '../support/report.js';

const db = await useTestDatabase();
await db.query(`
  create table orders (id int primary key, total int);
  create table log (id int, note text);
  create materialized view sums as select sum(total) from orders;
  create function logs() returns trigger language plpgsql as $$
    begin insert into log select i, 'by trigger' from generate_series(1, 7) i; return new; end $$;
  create trigger logs after update on orders for each row execute function logs()`);

const reset = (): Promise<unknown> =>
  db.query(`truncate orders, log; insert into orders select i, i from generate_series(1, 10) i`);

const CASES = POLICIES.flatMap((policy) =>
  DIALECTS.map(([name, dialect]) => [policy, name, dialect] as const),
);

describe.each(CASES)('statements of a sql step, %s, pg_background %s', (policy, _name, dialect) => {
  it('each tell their command tag and rows', async () => {
    await reset();
    const report = await runSteps(
      db,
      policy,
      `
      - id: s
        sql: |
          -- not; a; statement
          update orders set total = 0 where id <= 3 returning *;
          delete from orders where id = 99;
          with gone as (delete from orders where id > 8 returning *) select * from gone;
          create table kept as select 'a;b'::text as c union all select '--';
          insert into kept values ('x'), ('y');
          drop table kept;
          do $$ begin perform 1; end $$`,
      { dialect },
    );
    const { status, attempts } = taskOf(report);
    expect([status, attempts[0]?.statements]).toEqual([
      'succeeded',
      [
        { tag: 'UPDATE', rows: 3 },
        { tag: 'DELETE', rows: 0 },
        { tag: 'SELECT', rows: 2 },
        { tag: 'SELECT', rows: 2 },
        { tag: 'INSERT', rows: 2 },
        { tag: 'DROP TABLE', rows: null },
        { tag: 'DO', rows: null },
      ],
    ]);
    expect(attempts[0]).toMatchObject({ command_tag: 'DO', row_count: null });
    expect(describeReport(report)).toContain(
      'UPDATE 3, DELETE 0, SELECT 2, SELECT 2, INSERT 2, DROP TABLE, DO',
    );
    const ledger = await db.rows('select statements from runbook.attempt where run_id = $1', [
      report.run.id,
    ]);
    expect(ledger).toEqual([{ statements: attempts[0]?.statements }]);
  });

  it('that is the only one counts its own rows, with a comment at the end too', async () => {
    await reset();
    const steps = `
      - id: s
        sql: update orders set total = 0 where id in (1, 2); -- done`;
    const [attempt] = taskOf(await runSteps(db, policy, steps, { dialect })).attempts;
    expect(attempt).toMatchObject({
      command_tag: 'UPDATE',
      row_count: 2,
      statements: [{ tag: 'UPDATE', rows: 2 }],
    });
  });

  it('of a step that failed tell nothing, since nothing of it was done', async () => {
    await reset();
    const steps = `
      - id: s
        sql: update orders set total = 0; select 1 / 0`;
    const [attempt] = taskOf(await runSteps(db, policy, steps, { dialect })).attempts;
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '22012', statements: [] });
  });

  it('without a transaction have a tag, and no rows that anybody counted', async () => {
    const steps = `
      - id: s
        sql: vacuum orders
        transaction: false`;
    const [attempt] = taskOf(await runSteps(db, policy, steps, { dialect })).attempts;
    expect(attempt).toMatchObject({
      command_tag: 'VACUUM',
      row_count: null,
      statements: [{ tag: 'VACUUM', rows: null }],
    });
  });
});

describe.each(POLICIES)('statements of a sql step, %s', (policy) => {
  it(
    'that are 5,000 find room in the queue, and every end is heard',
    { timeout: 180_000 },
    async () => {
      const steps = `
      - id: s
        sql: ${'select 1;'.repeat(5_000)}`;
      const { statements } = taskOf(await runSteps(db, policy, steps)).attempts[0]!;
      expect(statements).toHaveLength(5_000);
      expect(new Set(statements.map(({ tag, rows }) => `${String(tag)} ${String(rows)}`))).toEqual(
        new Set(['SELECT 1']),
      );
    },
  );

  it('REFRESH tells its own tag, not that of the marker', async () => {
    const steps = `
      - id: s
        refresh: { views: { include: [public.sums] } }`;
    const [attempt] = taskOf(await runSteps(db, policy, steps)).attempts;
    expect(attempt).toMatchObject({ command_tag: 'REFRESH MATERIALIZED VIEW', row_count: null });
  });
});

import { describe, expect, it } from 'vitest';
import { describeReport } from '../../../src/report/text.js';
import { useTestDatabase } from '../../support/database.js';
import { DIALECTS } from '../support/background.js';
import { POLICIES, runSteps } from '../support/both-policies.js';
import { taskOf } from '../support/report.js';
import { planYaml, runbookOf } from '../support/run-yaml.js';

const db = await useTestDatabase();
const role = `${db.name}_other`;
await db.query(`
  create table orders (id int primary key, total int);
  create table log (note text);
  create role ${role};
  grant all on orders, log to ${role}`);

const reset = (): Promise<unknown> =>
  db.query(`truncate orders, log; insert into orders select i, i from generate_series(1, 10) i`);

const CASES = POLICIES.flatMap((policy) =>
  DIALECTS.map(([name, dialect]) => [policy, name, dialect] as const),
);

const MISSED = [
  ['expect: { rows: 1 }', 'expected 1', 0],
  ['expect: { min_rows: 1 }', 'expected at least 1', 0],
  ['expect: { max_rows: 2 }', 'expected at most 2', 3],
  ['expect: { min_rows: 4, max_rows: 9 }', 'expected 4 to 9', 3],
  ['expect: { rows: 0 }', 'expected 0', 3],
] as const;

describe.each(CASES)('expect, %s, pg_background %s', (policy, _name, dialect) => {
  it('rolls back and fails a repair that changed no row; of one that did it tells the rows', async () => {
    await reset();
    const report = await runSteps(
      db,
      policy,
      `
      - id: nothing
        sql: insert into log values ('x'); update orders set total = 0 where id = 99
        expect: { statements: [null, { rows: 1 }] }
      - id: one
        sql: update orders set total = 0 where id = 1
        expect: { rows: 1 }`,
      { dialect },
    );
    expect(taskOf(report, 'nothing')).toMatchObject({
      status: 'failed',
      reason:
        'statement 2 (UPDATE orders): 0 rows, expected 1 (All that the step had done is rolled back.)',
      attempts: [{ status: 'failed', sqlstate: 'RB001', statements: [] }],
    });
    expect(taskOf(report, 'one')).toMatchObject({
      status: 'succeeded',
      attempts: [{ command_tag: 'UPDATE', row_count: 1, statements: [{ tag: 'UPDATE', rows: 1 }] }],
    });
    expect(await db.rows('select * from log')).toEqual([]);
    expect(describeReport(report)).toContain('UPDATE 1');
    await db.query('drop table if exists kept');
  });
});

describe.each(POLICIES)('expect, %s', (policy) => {
  it.each(MISSED)('%s is missed by any other number: %s', async (expectation, words, rows) => {
    await reset();
    const steps = `
      - id: s
        sql: delete from orders where id <= ${String(rows)}
        ${expectation}`;
    const { status, reason } = taskOf(await runSteps(db, policy, steps));
    expect([status, reason]).toEqual(['failed', expect.stringContaining(words)]);
    expect(reason).toContain(`statement 1 (DELETE orders): ${String(rows)} rows`);
    expect(await db.rows('select from orders')).toHaveLength(10);
  });

  it('holds for every statement with rows, hostile texts, RETURNING, other roles and paths', async () => {
    await reset();
    await db.query(`
      create schema if not exists trap;
      create or replace function trap.never(bigint, bigint) returns boolean immutable language sql as 'select false';
      drop operator if exists trap.< (bigint, bigint); drop operator if exists trap.<> (bigint, bigint);
      create operator trap.< (function = trap.never, leftarg = bigint, rightarg = bigint);
      create operator trap.<> (function = trap.never, leftarg = bigint, rightarg = bigint);
      grant usage on schema trap to ${role}`);
    const steps = `
      - id: s
        settings: { search_path: 'trap, public' }
        sql: |
          set transaction isolation level repeatable read;
          set role ${role};
          update orders set total = total -- $statement$ ; $expect$
           where id < 3 returning *, '$statement$', '$expect$;';
          with gone as (delete from orders where id = 3 returning *) select * from gone;
          insert into log select current_user from generate_series(1, 2);
          merge into orders o using (values (4), (77)) v(id) on v.id = o.id
            when matched then update set total = 0 when not matched then insert values (v.id, 0);
          set local role none;
          insert into log select current_user
        expect: { statements: [null, null, { rows: 2 }, { rows: 1 }, { min_rows: 1, max_rows: 3 }, { min_rows: 2 }, null, { max_rows: 1 }] }`;
    const { status, reason, attempts } = taskOf(await runSteps(db, policy, steps));
    expect([status, reason]).toEqual(['succeeded', null]);
    expect(attempts[0]?.statements).toEqual([
      { tag: 'SET', rows: null },
      { tag: 'SET', rows: null },
      { tag: 'UPDATE', rows: 2 },
      { tag: 'SELECT', rows: 1 },
      { tag: 'INSERT', rows: 2 },
      { tag: 'MERGE', rows: 2 },
      { tag: 'SET', rows: null },
      { tag: 'INSERT', rows: 1 },
    ]);
    expect(await db.rows('select distinct note from log order by note')).toEqual(
      [{ note: 'postgres' }, { note: role }].sort((a, b) => (a.note < b.note ? -1 : 1)),
    );
    const missed = steps.replace('[null, null, { rows: 2 }', '[null, null, { rows: 3 }');
    await reset();
    const failed = taskOf(await runSteps(db, policy, missed));
    expect(failed.attempts[0]?.sqlstate).toBe('RB001');
  });

  it('keeps the server’s own error of a statement', async () => {
    await reset();
    const steps = `
      - id: s
        sql: insert into orders values (1, 1)
        expect: { rows: 1 }`;
    expect(taskOf(await runSteps(db, policy, steps)).attempts[0]?.sqlstate).toBe('23505');
  });
});

describe('the plan', () => {
  it('shows what is expected, and estimates the statement as ever', async () => {
    await reset();
    const plan = await planYaml(
      db,
      runbookOf(`
      - id: s
        sql: delete from orders where id = 1
        expect: { rows: 1 }`),
    );
    expect(plan.steps[0]).toMatchObject({
      expects: ['statement 1 (DELETE orders): 1 row'],
      estimates: [{ command: 'DELETE', why_not: null }],
    });
  });
});

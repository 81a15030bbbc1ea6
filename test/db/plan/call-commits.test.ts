import { describe, expect, it } from 'vitest';
import { renderReportMarkdown } from '../../../src/report/markdown.js';
import { useTestDatabase } from '../../support/database.js';
import { POLICIES, runSteps } from '../support/both-policies.js';
import { taskOf } from '../support/report.js';
import { planYaml, runbookOf } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create schema shop;
  create table log (note text);
  create procedure shop.commits(n int) language plpgsql as $$
    begin
      for i in 1..n loop insert into log values ('x'); commit and no chain; end loop;
    end $$;
  create procedure shop.writes() language plpgsql as $$
    declare "commit" text := 'begin; commit; end';
    begin
      -- commit;
      "commit" := 'rollback;'; insert into log values ("commit");
    end $$`);

async function findings(sql: string, more = ''): Promise<string[]> {
  const plan = await planYaml(
    db,
    runbookOf(`
      - id: s
        sql: ${sql}
        settings: { search_path: shop }
        ${more}`),
  );
  return plan.findings.filter(({ code }) => code === 'call-commits').map((one) => one.message);
}

describe('the plan', () => {
  it.each([
    ['call shop.commits(2)', 'shop.commits'],
    ['call commits(2)', 'shop.commits'],
    ['select 1; call commits(n => 2)', 'shop.commits'],
    ['do $$ begin if true then rollback; end if; end $$', 'the DO block'],
  ])('warns of %s in a transaction', async (sql, name) => {
    expect(await findings(sql)).toEqual([
      expect.stringContaining(`${name} has COMMIT or ROLLBACK`),
    ]);
    if (!sql.includes(';')) expect(await findings(sql, 'transaction: false')).toEqual([]);
  });

  it.each(['call shop.writes()', 'call nobody()', "do $$ begin perform 'commit;'; end $$"])(
    'says nothing of %s',
    async (sql) => {
      expect(await findings(sql)).toEqual([]);
    },
  );
});

describe.each(POLICIES)('a CALL that commits in a transaction, %s', (policy) => {
  it('fails, and the report says what helps', async () => {
    const steps = `
      - id: s
        sql: call shop.commits(2)`;
    const report = await runSteps(db, policy, steps);
    expect(taskOf(report).attempts[0]?.sqlstate).toBe('2D000');
    expect(renderReportMarkdown(report)).toContain('transaction: false');
  });
});

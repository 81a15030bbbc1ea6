import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { command, DIALECTS, openBackground, outcomeOf } from '../support/background.js';
import { taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table t (id int primary key, a int, b int); create table log (id int)');

const TWO_UPDATES = 'update t set a = 1 where id = 1; update t set b = 2 where id = 1';

async function reset(): Promise<void> {
  await db.query('truncate t, log; insert into t values (1, 0, 0)');
}

describe('trap 20: in a string, a statement does not see the writes of the one before', () => {
  it('is real: of two updates of one row the second is lost, and it counts as a success', async () => {
    await reset();
    const { client } = await openBackground(db);
    const handle = await client.launch(command(`${TWO_UPDATES}; select 'ok'::text`));
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ type: 'completed' });
    expect(await db.rows('table t')).toEqual([{ id: 1, a: 1, b: 0 }]);
  });

  it.each(DIALECTS)(
    '%s: a runbook’s statements see each other’s writes',
    async (_name, dialect) => {
      await reset();
      const report = await runYaml(
        db,
        runbookOf(`
        - id: updates
          sql: ${TWO_UPDATES}
        - id: chain
          needs: [updates]
          sql: |
            insert into t values (2, 0, 0);
            insert into log select id from t; -- a comment; with a semicolon
            /* another; */ update t set a = 7;
            update t set b = 8 where a = 7;
            delete from log where id = 1;
            create table made_here (id int);
            insert into made_here select id from log;
            drop table made_here`),
        { dialect },
      );
      expect(taskOf(report, 'updates').reason).toBeNull();
      expect(taskOf(report, 'chain').reason).toBeNull();
      expect(await db.rows('select * from t order by id')).toEqual([
        { id: 1, a: 7, b: 8 },
        { id: 2, a: 7, b: 8 },
      ]);
      expect(await db.rows('table log')).toEqual([{ id: 2 }]);
    },
  );

  it('the plan shows what is sent', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: s
          sql: select 1; select ';'`),
    );
    expect(taskOf(report).sql).toMatch(
      /^select 1;\nSET LOCAL pg_runbook.statement = 2;\nselect ';'\n;\nSET ROLE NONE\n;\nINSERT/,
    );
  });
});

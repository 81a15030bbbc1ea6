import { expect, it } from 'vitest';
import { ATTEMPT, TASK_STATE } from '../../../src/ledger/report-sql.js';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

it('a run that is read shows tasks and attempts as those who settled them were told', async () => {
  await db.query('create table t (i int); create table u (i int)');
  await runYaml(
    db,
    runbookOf(`
      - id: pack
        vacuum: { tables: { include: [public.*] } }
      - id: fails
        sql: select 1/0
        idempotent: true
        retry: { attempts: 2, delay: 10ms, on: [division_by_zero] }
      - id: well
        sql: select 1`),
  );
  const rows = await db.rows(
    `select a.attempt_id, ${ATTEMPT} = runbook.attempt_state(a, t.plan ->> 'sql') as attempt,
            ${TASK_STATE} = runbook.task_state(t) as task
       from runbook.attempt a join runbook.task t using (run_id, step_id, task_no)`,
  );
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.filter(({ attempt, task }) => attempt !== true || task !== true)).toEqual([]);
});

import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { requestCancel } from '../../../src/ledger/read.js';
import { useTestDatabase } from '../../support/database.js';
import { until } from '../detach/support.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

const TASKS = 12;
const idOf = (task: number): string => `R/s/${String(task)}/1`;

const untilWaiting = (sessions: number): Promise<void> =>
  until(
    db,
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
     having count(*) = $1::int`,
    [sessions],
  );

it('a driver and a cancel lock attempts in one order', async () => {
  await db.query(`
    insert into runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters, plan, status, started_at, database_id)
    values ('R', 'r', 1, 'sha256:', '{}', '{}', 'running', now(), runbook.this_database());
    insert into runbook.step (run_id, step_id, ordinal, kind, policy, status, plan)
    values ('R', 's', 1, 'sql', 'wait', 'running', '{}');
    insert into runbook.task (run_id, step_id, task_no, status, targets, plan, application_name, items)
    select 'R', 's', i, 'running', '[]', '{}', 'a', '[]' from generate_series(1, ${String(TASKS)}) i;
    insert into runbook.attempt (attempt_id, run_id, step_id, task_no, attempt_no, sql, application_name, status, target_oids, tries, before)
    select concat('R/s/', i, '/1'), 'R', 's', i, 1, '', 'a', 'running', '{}', 1, '{}' from generate_series(1, ${String(TASKS)}) i`);
  const holder = await db.connect();
  await holder.query(
    `begin; select from runbook.attempt where attempt_id = '${idOf(9)}' for update`,
  );
  const driver = JSON.stringify({ driven: ['s'], graces: {}, stop: {} });
  const told = JSON.stringify({
    heard: Object.fromEntries([10, 9].map((task) => [idOf(task), { type: 'silent' }])),
    overflowed: [],
  });
  await withSession(connectionTo(db), (first) =>
    withSession(connectionTo(db), (second) =>
      withSession(connectionTo(db), async (third) => {
        const all = [first.query('SELECT runbook.note_told($1, $2)', ['R', told])];
        await untilWaiting(1);
        const cancelled = requestCancel(second, 'R', undefined, 'test');
        await untilWaiting(2);
        all.push(third.query('SELECT runbook.request_stops($1, $2, false)', ['R', driver]));
        await untilWaiting(3);
        await holder.query('commit');
        await Promise.all([...all, cancelled]);
      }),
    ),
  );
  expect(
    await db.rows(
      `select attempt_id, outcome ->> 'type' as ended, cause from runbook.attempt where task_no in (9, 10) order by task_no`,
    ),
  ).toEqual([
    { attempt_id: idOf(9), ended: 'silent', cause: 'interrupt' },
    { attempt_id: idOf(10), ended: 'silent', cause: 'interrupt' },
  ]);
});

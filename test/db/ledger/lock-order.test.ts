import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { AttemptLedger } from '../../../src/ledger/attempts.js';
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

it('who notes, records and cancels attempts locks them in one order', async () => {
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
  const note = [9, 10].map((task) => ({
    id: idOf(task),
    backendStart: null,
    cause: 'timeout' as const,
    builtIndexes: new Set<number>(),
  }));
  const launches = [9, 10].map((task) => ({
    id: idOf(task),
    attempt: { pid: 1, cookie: '1', launched_at: '2026-01-01T00:00:00Z' },
  }));
  await withSession(connectionTo(db), (first) =>
    withSession(connectionTo(db), (second) =>
      withSession(connectionTo(db), async (third) => {
        const all = [new AttemptLedger(first).noteAttempts(note)];
        await untilWaiting(1);
        all.push(requestCancel(second, 'R', undefined, 'test').then(() => undefined));
        await untilWaiting(2);
        all.push(new AttemptLedger(third).recordLaunches(launches));
        await untilWaiting(3);
        await holder.query('commit');
        await Promise.all(all);
      }),
    ),
  );
  expect(
    await db.rows(
      `select attempt_id, pid, cause from runbook.attempt where task_no in (9, 10) order by task_no`,
    ),
  ).toEqual([
    { attempt_id: idOf(9), pid: 1, cause: 'timeout' },
    { attempt_id: idOf(10), pid: 1, cause: 'timeout' },
  ]);
});

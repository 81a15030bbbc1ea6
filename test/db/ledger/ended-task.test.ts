import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const { run } = await runYaml(db, runbookOf('- id: one\n  sql: SELECT 1 / 0'));

const VERDICT = `'{"status": "skipped", "reason": "late", "sqlstate": null, "deferred": true}'`;

describe('a task that has ended', () => {
  it.each([
    ['is not skipped', `runbook.end_unlaunched($1, 'one', 1, ${VERDICT})`],
    ['gets no attempt', `runbook.prepare_attempt($1, 'one', 1, '{}', 'key')`],
  ])('%s', async (_, call) => {
    await db.query("update runbook.task t set seal = runbook.seal_of(t, 'key')");
    await db.query(`select ${call}`, [run.id]);
    const { rows } = await db.query(
      `select t.status, t.reason, t.blocked, t.deferred, count(*)::int as attempts
         from runbook.task t join runbook.attempt using (run_id) group by 1, 2, 3, 4`,
    );
    const reason = expect.stringContaining('division by zero') as string;
    expect(rows).toEqual([
      { status: 'failed', reason, blocked: false, deferred: false, attempts: 1 },
    ]);
  });
});

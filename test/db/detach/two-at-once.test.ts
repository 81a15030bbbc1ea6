import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, runReported, useFolder } from '../engine/support.js';
import { useRole } from '../support/roles.js';
import { about, statuses, until, workersLeft } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
const small = await useRole(db);
await db.query('create table effect (what text)');

const DETACHED = 'budget: { workers: 4 }\ndefaults: { timeout: 30s, policy: detach }';

describe('another role', () => {
  it('neither looks at a run nor resumes it', async () => {
    const steps = "  - id: nap\n    sql: INSERT INTO effect VALUES ('nap'); SELECT pg_sleep(3)\n";
    const run = await runReported(db, folder, runbook(steps, DETACHED));
    const { id } = run.report.run;
    await until(
      db,
      'select 1 from runbook.attempt where run_id = $1 and backend_start is not null',
      [id],
    );
    const env = { ...db.env, PGUSER: small.user, PGPASSWORD: small.password };
    for (const command of ['status', 'resume']) {
      const { code, stderr } = await runCli([command, id], { env });
      expect({ command, code }).toEqual({ command, code: 3 });
      expect(stderr).toContain('schema runbook belongs to postgres');
    }
    expect((await about(db, 'wait', id)).report.run.status).toBe('succeeded');
  });
});

describe('two supervisors of one step', () => {
  it('are one: the second leaves, and every task is launched once', async () => {
    const steps = `  - id: calls
    transaction: false
    sql: DO $$ BEGIN INSERT INTO effect VALUES ('call'); COMMIT; PERFORM pg_sleep(2); END $$
`;
    await db.query('truncate effect');
    const run = await runReported(db, folder, runbook(steps, DETACHED));
    const { id } = run.report.run;
    await until(db, "select 1 from effect where what = 'call'");
    // It would follow the first one's worker as a lost one, and call its end unheard.
    const second = await db.connect();
    await second.query(`call runbook.supervise('${id}', 'calls', '{}')`);
    const waited = await about(db, 'wait', id);
    expect(statuses(waited.report)).toEqual({ 'calls/1': 'succeeded' });
    expect(await db.rows('select * from effect')).toEqual([{ what: 'call' }]);
    expect(await db.rows('select 1 from runbook.supervisor where run_id = $1', [id])).toHaveLength(
      1,
    );
    expect(await workersLeft(db)).toEqual([]);
  });
});

describe('several who look, cancel and resume at once', () => {
  it('come to one truth, and the work is done once', async () => {
    await db.query('truncate effect');
    const steps = `  - id: first
    sql: INSERT INTO effect VALUES ('first'); SELECT pg_sleep(1)
  - id: second
    needs: [first]
    sql: INSERT INTO effect VALUES ('second'); SELECT pg_sleep(1)
`;
    const killed = await runReported(db, folder, runbook(steps), {
      signalAfter: { signal: 'SIGKILL', seen: /first\/1 launched/, ms: 300 },
    });
    const { id } = killed.report.run;
    const all = await Promise.all([
      ...[1, 2, 3].map(() => about(db, 'status', id)),
      ...[1, 2].map(() => about(db, 'resume', id)),
      about(db, 'wait', id, '--timeout', '20s'),
    ]);
    const resumed = all.slice(3, 5).map(({ code }) => code);
    expect(resumed.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 3]);
    expect(await db.rows('select * from effect order by 1')).toEqual([
      { what: 'first' },
      { what: 'second' },
    ]);
    const { report } = await about(db, 'status', id);
    expect(report.run.status).toBe('succeeded');
    expect(statuses(report)).toEqual({ 'first/1': 'succeeded', 'second/1': 'succeeded' });
  });
});

describe('a run that failed while a detached step goes on', () => {
  it('stays failed when the detached step succeeds', async () => {
    const steps = `  - id: nap
    policy: detach
    sql: SELECT pg_sleep(2)
  - id: bad
    sql: SELECT 1 / 0
`;
    const top = 'budget: { workers: 4 }\ndefaults: { timeout: 30s, on_failure: continue }';
    const run = await runReported(db, folder, runbook(steps, top));
    expect(run.report.run).toMatchObject({ status: 'failed', exit_code: 1, finished_at: null });
    const waited = await about(db, 'wait', run.report.run.id);
    expect(waited.code).toBe(1);
    expect(waited.report.run).toMatchObject({ status: 'failed', reason: '1 task did not succeed' });
    expect(waited.report.run.finished_at).not.toBeNull();
  });
});

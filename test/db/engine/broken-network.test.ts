import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { useProxy } from '../support/proxy.js';
import { expectLedgerToAgree, runbook, runReported, stepOf, taskOf, useFolder } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
const proxy = await useProxy(Number(db.env['PGPORT']));
const env = { ...db.env, PGHOST: '127.0.0.1', PGPORT: String(proxy.port), PGSSLMODE: 'disable' };
await db.query('create table effect (what text)');

describe('a broken network', () => {
  it('that loses the answer to a launch: what ran is told by its marker, not as never launched', async () => {
    proxy.loseAnswerTo('CALL runbook.tick($1');
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: heard-of-never
    sql: INSERT INTO effect VALUES ('done')
  - id: later
    needs: [heard-of-never]
    sql: INSERT INTO effect VALUES ('later')
`),
      { env },
    );
    expect(await db.rows('select * from effect')).toEqual([{ what: 'done' }, { what: 'later' }]);
    const { task, attempt } = taskOf(run, 'heard-of-never');
    expect([task.status, attempt.status]).toEqual(['succeeded', 'succeeded']);
    expect(attempt.launched_at).not.toBeNull();
    expect(stepOf(run, 'later')).toMatchObject({ status: 'succeeded' });
    expect(run.report.run).toMatchObject({ status: 'succeeded', exit_code: 0 });
    expect(run.report.run.reason).toContain('the connection was lost');
    await expectLedgerToAgree(db, run);
  });

  it('that falls silent counts as lost after a while, and the run goes on', async () => {
    // The session that the network swallows stays on the server until TCP gives up: not our leak.
    proxy.freezeAt('CALL runbook.tick($1');
    const run = await runReported(
      db,
      folder,
      runbook("  - id: unsent\n    sql: INSERT INTO effect VALUES ('unsent')\n"),
      { env },
    );
    expect(await db.rows("select * from effect where what = 'unsent'")).toHaveLength(1);
    expect(run.report.run.reason).toBe('the connection was lost; the run went on');
    expect(taskOf(run, 'unsent').task.attempts).toHaveLength(1);
    expect(run.code, run.stderr).toBe(0);
    await expectLedgerToAgree(db, run);
    await db.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'pg-runbook:control:%'`);
  });

  it('that leaves the old session on the server, lock and all: the run goes on over a new one', async () => {
    proxy.orphan('CALL runbook.tick($1');
    const steps = `  - id: first
    sql: INSERT INTO effect VALUES ('first')
  - id: second
    needs: [first]
    sql: INSERT INTO effect VALUES ('second')
`;
    const run = await runReported(db, folder, runbook(steps), { env });
    expect(run.code, run.stderr).toBe(0);
    expect(run.report.run.reason).toContain('the connection was lost');
    const effects = await db.rows("select * from effect where what in ('first', 'second')");
    expect(effects).toEqual([{ what: 'first' }, { what: 'second' }]);
    await expectLedgerToAgree(db, run);
  });
});

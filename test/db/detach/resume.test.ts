import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, runReported, useFolder, waitForWorker } from '../engine/support.js';
import { connectionTo, withSession } from '../support/run-yaml.js';
import { about, statuses, until, workersLeft } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
await withSession(connectionTo(db), migrateLedger);
await db.query('create table effect (what text)');

const KILL = { signal: 'SIGKILL', ms: 400 } as const;

describe('resume', () => {
  it('of a run whose engine lives is refused', async () => {
    const running = runReported(db, folder, runbook('  - id: nap\n    sql: SELECT pg_sleep(3)\n'));
    await waitForWorker(db, 'nap');
    const { code, stderr } = await about(db, 'resume', 'latest');
    expect([code, stderr.includes('[run_live]')]).toEqual([3, true]);
    expect((await running).code).toBe(0);
    const over = await about(db, 'resume', 'latest');
    expect([over.code, over.stderr.includes('[run_ended]')]).toEqual([3, true]);
  });

  it('adopts what still runs, and goes on with the plan', async () => {
    const steps = `  - id: nap
    sql: INSERT INTO effect VALUES ('nap'); SELECT pg_sleep(3)
  - id: next
    needs: [nap]
    sql: INSERT INTO effect VALUES ('next')
`;
    const killed = await runReported(db, folder, runbook(steps), {
      signalAfter: { ...KILL, seen: /nap\/1 launched/ },
    });
    const { id } = killed.report.run;
    const seen = await about(db, 'status', id);
    expect(seen.report.run.status).toBe('running');
    expect(statuses(seen.report)).toEqual({ 'nap/1': 'running', 'next/1': 'pending' });
    const resumed = await about(db, 'resume', id);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain('1 worker(s) of before still run');
    expect(statuses(resumed.report)).toEqual({ 'nap/1': 'succeeded', 'next/1': 'succeeded' });
    expect(await db.rows('select * from effect order by 1')).toEqual([
      { what: 'nap' },
      { what: 'next' },
    ]);
    expect(await workersLeft(db)).toEqual([]);
  });

  it('does not do again what is not declared idempotent, says so, and exits 4', async () => {
    await db.query('truncate effect');
    const steps = `  - id: once
    sql: INSERT INTO effect VALUES ('once'); SELECT pg_sleep(20)
  - id: twice
    idempotent: true
    sql: INSERT INTO effect VALUES ('twice'); SELECT pg_sleep(2)
`;
    const top = 'budget: { workers: 3 }\ndefaults: { timeout: 30s, on_failure: continue }';
    const killed = await runReported(db, folder, runbook(steps, top), {
      signalAfter: { ...KILL, seen: /twice\/1 launched/ },
    });
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_background' and datname = current_database()",
    );
    const { id } = killed.report.run;
    await until(
      db,
      "select 1 where not exists (select from pg_stat_activity where backend_type = 'pg_background' and datname = current_database())",
    );
    const seen = await about(db, 'status', id);
    expect(statuses(seen.report)).toEqual({ 'once/1': 'failed', 'twice/1': 'failed' });
    for (const { tasks } of seen.report.steps) {
      expect(tasks[0]?.reason).toContain('nothing was committed');
    }
    const resumed = await about(db, 'resume', id);
    expect(resumed.code).toBe(4);
    expect(resumed.report.run.reason).toBe(
      'once/1 was interrupted and not done again: not declared idempotent',
    );
    expect(statuses(resumed.report)).toEqual({ 'once/1': 'failed', 'twice/1': 'succeeded' });
    expect(await db.rows('select * from effect')).toEqual([{ what: 'twice' }]);
  });
});

describe('a run that nobody works on', () => {
  it('is never left running: what was not launched is told, and resume goes on with it', async () => {
    await db.query('truncate effect');
    const steps = `  - id: nap
    idempotent: true
    sql: INSERT INTO effect VALUES ('nap'); SELECT pg_sleep(1)
  - id: next
    needs: [nap]
    sql: INSERT INTO effect VALUES ('next')
`;
    const killed = await runReported(db, folder, runbook(steps), {
      signalAfter: { ...KILL, seen: /nap\/1 launched/ },
    });
    const { id } = killed.report.run;
    await until(
      db,
      'select 1 from runbook.completion c join runbook.attempt a using (attempt_id) where run_id = $1',
      [id],
    );
    await until(
      db,
      "select 1 where not exists (select from pg_stat_activity where backend_type = 'pg_background' and datname = current_database())",
    );
    const seen = await about(db, 'status', id);
    expect(seen.report.run).toMatchObject({
      status: 'failed',
      exit_code: 1,
      reason: 'whoever ran it is gone; 1 task not ended',
      next_commands: [`pg-runbook resume ${id}`, `pg-runbook cancel ${id}`],
    });
    expect(statuses(seen.report)).toEqual({ 'nap/1': 'succeeded', 'next/1': 'pending' });
    const resumed = await about(db, 'resume', id);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await db.rows('select * from effect order by 1')).toEqual([
      { what: 'nap' },
      { what: 'next' },
    ]);
  });

  it('can be cancelled, so that nothing of it waits any more', async () => {
    const steps =
      '  - id: nap\n    sql: SELECT pg_sleep(20)\n  - id: next\n    needs: [nap]\n    sql: SELECT 1\n';
    const killed = await runReported(db, folder, runbook(steps), {
      signalAfter: { ...KILL, seen: /nap\/1 launched/ },
    });
    const { id } = killed.report.run;
    await until(
      db,
      "select 1 from pg_stat_activity where application_name like '%/nap/1' and datname = current_database()",
    );
    const cancelled = await about(db, 'cancel', id);
    expect(cancelled.code, cancelled.stderr).toBe(0);
    const { report } = await about(db, 'status', id);
    expect(statuses(report)).toEqual({ 'nap/1': 'cancelled', 'next/1': 'skipped' });
    expect(report.steps[1]?.tasks[0]?.reason).toContain('cancelled before it was launched, by');
    expect(await workersLeft(db)).toEqual([]);
  });
});

describe('a PID that belongs to somebody else by now', () => {
  it('is never signalled, neither by cancel nor by resume', async () => {
    const steps = '  - id: nap\n    sql: SELECT pg_sleep(5)\n';
    const killed = await runReported(db, folder, runbook(steps), {
      signalAfter: { ...KILL, seen: /nap\/1 launched/ },
    });
    const { id } = killed.report.run;
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_background' and datname = current_database()",
    );
    // What the ledger believes to be its worker is a stranger: another worker with its very PID.
    const stranger = await db.connect();
    const { rows } = await stranger.query<{ pid: number }>(
      "select (pgbg.pg_background_launch('select pg_sleep(50)')).pid",
    );
    const pid = rows[0]!.pid;
    await db.query('update runbook.attempt set pid = $2 where run_id = $1', [id, pid]);
    await runCli(['cancel', id], { env: db.env });
    const { report } = await about(db, 'status', id);
    expect(['failed', 'cancelled']).toContain(statuses(report)['nap/1']);
    await about(db, 'resume', id);
    const alive = "select 1 from pg_stat_activity where pid = $1 and state = 'active'";
    expect(await db.rows(alive, [pid])).toHaveLength(1);
    await stranger.query('select pg_cancel_backend($1)', [pid]);
    await until(db, 'select 1 where not exists (select from pg_stat_activity where pid = $1)', [
      pid,
    ]);
  });
});

describe('prune', () => {
  it('forgets ended runs that began longer ago, and their markers', async () => {
    await db.query(
      "update runbook.run set started_at = now() - interval '100 days' where run_id <> (select max(run_id) from runbook.run)",
    );
    const before = (await db.rows('select 1 from runbook.run')).length;
    const { code, stdout } = await runCli(['prune'], { env: db.env });
    expect([code, stdout]).toEqual([0, `${String(before - 1)} runs forgotten.\n`]);
    expect(await db.rows('select 1 from runbook.run')).toHaveLength(1);
    expect(
      await db.rows(
        'select 1 from runbook.completion c where not exists (select from runbook.attempt a where a.attempt_id = c.attempt_id)',
      ),
    ).toEqual([]);
  });
});

describe('a launch that its engine did not live to record', () => {
  /** A run as its engine leaves it that dies between the launch and the record of it. */
  async function unrecorded(what: string): Promise<string> {
    const steps = `  - id: one\n    sql: INSERT INTO effect VALUES ('${what}')\n`;
    const { report } = await runReported(db, folder, runbook(steps));
    const { id } = report.run;
    await db.query(
      `update runbook.attempt set status = 'pending', pid = null, cookie = null, backend_start = null,
              outcome = null, finished_at = null, ended_at = null,
              recorded_at = now() - interval '1 hour' where run_id = $1`,
      [id],
    );
    await db.query("update runbook.task set status = 'pending' where run_id = $1", [id]);
    await db.query(
      "update runbook.step set status = 'running', finished_at = null where run_id = $1",
      [id],
    );
    await db.query(
      "update runbook.run set status = 'running', finished_at = null, exit_code = null where run_id = $1",
      [id],
    );
    return id;
  }

  it('is not taken for one that never was by a cancel: what it committed counts', async () => {
    const { report } = await about(db, 'cancel', await unrecorded('cancelled')).then(() =>
      about(db, 'status', 'latest'),
    );
    expect(statuses(report)).toEqual({ 'one/1': 'succeeded' });
  });

  it('may be under way still: it is settled by the second look and not by the first', async () => {
    const id = await unrecorded('looked at');
    expect(statuses((await about(db, 'status', id)).report)).toEqual({ 'one/1': 'pending' });
    const { report, code } = await about(db, 'wait', id);
    expect([code, statuses(report)]).toEqual([0, { 'one/1': 'succeeded' }]);
  });
});

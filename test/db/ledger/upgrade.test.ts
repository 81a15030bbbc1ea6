import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { ledgerSources, tableFile } from '../../../src/ledger/sources.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { until } from '../detach/support.js';
import { useFolder } from '../engine/support.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';
import { dumpLedger } from './dump.js';

const db = await useTestDatabase();
const folder = useFolder();
const report = join(folder, 'report.json');
const OURS = ledgerSources();

const named = (name: string, steps: string, head = ''): string => {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, runbookOf(steps, head).replace('name: test', `name: ${name}`));
  return path;
};
const quick = named('quick', '\n  - id: one\n    sql: select 1');

const call = (...args: string[]) => runHere(args, db);
const runFile = (path: string) => call('run', path, '--report', report);
const asOf = (contract: number): Promise<unknown> =>
  db.query('update runbook.function_set set contract = $1', [contract]);
const contract = async (): Promise<unknown> =>
  db.rows('select contract, digest from runbook.function_set');
const CURRENT = [{ contract: OURS.functions.contract, digest: OURS.functions.digest }];

beforeEach(async () => {
  await db.query('drop schema if exists runbook cascade');
  await withSession(connectionTo(db), migrateLedger);
});

describe('a ledger of an older pg-runbook', () => {
  it('is refused by commands that look, and changed by none of them', async () => {
    await runYaml(db, runbookOf('\n  - id: one\n    sql: select 1'));
    await asOf(0);
    for (const args of [['status'], ['history'], ['why', 'latest'], ['report', 'latest']]) {
      const { code, stderr } = await call(...args);
      expect([args, code]).toEqual([args, 3]);
      expect(stderr).toContain('[ledger_older]');
      expect(stderr).toContain('pg-runbook init');
    }
    expect(await call('doctor')).toMatchObject({
      stdout: expect.stringMatching(/^warn +ledger +its functions have contract 0/m) as string,
    });
    expect(await db.rows('select contract from runbook.function_set')).toEqual([{ contract: 0 }]);
  });

  it('is brought up to date by run, and keeps its history and nothing of the old functions', async () => {
    await runYaml(db, runbookOf('\n  - id: one\n    sql: select 1'));
    await db.query('create function runbook.of_before() returns int return 1');
    const fresh = await dumpLedger(db, { without: 'of_before' });
    await asOf(0);
    expect((await runFile(quick)).code).toBe(0);
    expect(await contract()).toEqual(CURRENT);
    expect(await dumpLedger(db)).toBe(fresh);
    const { stdout } = await call('history', '--json');
    expect((JSON.parse(stdout) as { runs: unknown[] }).runs).toHaveLength(2);
  });

  it('of the first tables gets what decides about launches beside its steps and tasks', async () => {
    await db.query('drop schema runbook cascade');
    const first = {
      tables: OURS.tables.slice(0, 1),
      functions: {
        contract: 1,
        digest: '',
        sql: "CREATE FUNCTION runbook.this_database() RETURNS text RETURN 'here'",
      },
    };
    await withSession(connectionTo(db), (session) => migrateLedger(session, { sources: first }));
    await db.query(`
      insert into runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters, plan, status, database_id, started_at, finished_at)
      values ('R', 'n', 1, 'd', '{}', '{}', 'deferred', 'x', now(), now());
      insert into runbook.step (run_id, step_id, ordinal, kind, policy, status, plan)
      values ('R', 's', 1, 'vacuum', 'wait', 'skipped', '{"concurrency": 3, "needs": ["a", "b"], "after": "started",
              "on_failure": "continue", "budgets": {"io": 2}}');
      insert into runbook.task (run_id, step_id, task_no, status, targets, deferred, plan)
      values ('R', 's', 1, 'skipped', '[]', true, '{"conflicts": ["relation:7"], "shares_targets": true, "after": [2],
              "duration": {"basis": "history", "p50_ms": 1500}, "targets": [{"facts": {}}]}'),
             ('R', 's', 2, 'skipped', '[]', true, '{"conflicts": [], "shares_targets": false, "after": [],
              "duration": {"basis": "history", "p50_ms": 1500}, "targets": [{"facts": {"carried_over": 2}}]}')`);
    expect(await withSession(connectionTo(db), migrateLedger)).toEqual({
      tables: OURS.tables.slice(1).map(({ number }) => number),
      functions: true,
    });
    expect(
      await db.rows(
        'select concurrency, budgets, needs, needs_end, failure_stops from runbook.step',
      ),
    ).toEqual([
      {
        concurrency: 3,
        budgets: ['io'],
        needs: ['a', 'b'],
        needs_end: false,
        failure_stops: false,
      },
    ]);
    expect(
      await db.rows(
        'select conflicts, shares_targets, after, expected_ms from runbook.task order by task_no',
      ),
    ).toEqual([
      { conflicts: ['relation:7'], shares_targets: true, after: [2], expected_ms: 1500 },
      { conflicts: [], shares_targets: false, after: [], expected_ms: null },
    ]);
  });

  it('gets the tables that it lacks, in one transaction with the functions', async () => {
    const number = OURS.tables.length + 1;
    const added = {
      tables: [...OURS.tables, tableFile(number, 'ALTER TABLE runbook.run ADD note text')],
      functions: { ...OURS.functions, contract: OURS.functions.contract + 1 },
    };
    await runYaml(db, runbookOf('\n  - id: one\n    sql: select 1'));
    const upgrade = (sources: typeof added): Promise<unknown> =>
      withSession(connectionTo(db), (session) => migrateLedger(session, { sources }));
    const broken = { ...added, functions: { ...added.functions, sql: 'CREATE FUNCTION nonsense' } };
    await expect(upgrade(broken)).rejects.toThrow(/syntax error/);
    expect(await contract()).toEqual(CURRENT);
    expect(await upgrade(added)).toEqual({ tables: [number], functions: true });
    expect(await db.rows('select status, note from runbook.run')).toEqual([
      { status: 'succeeded', note: null },
    ]);
    for (const args of [['init'], ['status'], ['run', quick, '--report', report]]) {
      const { code, stderr } = await call(...args);
      expect([args, code]).toEqual([args, 3]);
      expect(stderr).toContain('[ledger_newer]');
    }
  });

  it('is not brought up to date beside a paused run, which is told; init --wait waits for its end', async () => {
    const slow = named(
      'slow',
      '\n  - id: a\n    sql: select pg_sleep(2)\n  - id: b\n    needs: [a]\n    sql: select 2',
    );
    const running = runCli(['run', slow, '--report', join(folder, 'slow.json')], { env: db.env });
    await until(db, `select from runbook.attempt where status = 'running'`);
    expect((await call('pause', 'latest')).code).toBe(0);
    await until(db, `select from runbook.step where step_id = 'a' and status = 'succeeded'`);
    await asOf(0);
    for (const args of [['init'], ['run', quick, '--report', report]]) {
      const { code, stderr } = await call(...args);
      expect([args, code]).toEqual([args, 75]);
      expect(stderr).toMatch(/is in use: pg-runbook/);
    }
    const waiting = runCli(['init', '--wait', '60s'], { env: db.env });
    await until(db, `select from pg_stat_activity where application_name ~ 'init'`);
    await sleep(2_000);
    await db.query(`update runbook.run set paused_at = null, paused_by = null`);
    expect((await running).code).toBe(0);
    expect(await waiting).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('waiting: ') as string,
    });
    expect(await contract()).toEqual(CURRENT);
  });

  it('lets a run that a guard has deferred go on with the new functions', async () => {
    await db.query(
      'create table if not exists gate as select false as open; update gate set open = false',
    );
    const steps = '\n  - id: a\n    vacuum: { tables: { include: ["runbook.run"] } }';
    const guard = 'guards: [{ name: gate, sql: select open from gate, on_breach: stop }]';
    expect((await runFile(named('deferred', steps, guard))).code).toBe(75);
    await asOf(0);
    expect((await call('init')).code).toBe(0);
    await db.query('update gate set open = true');
    const { code, stdout } = await call('resume', 'latest', '--report', report);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(await db.rows(`select status from runbook.run`)).toEqual([{ status: 'succeeded' }]);
  });
});

describe('a ledger that somebody else has brought up to date meanwhile', () => {
  it('is used as it is, though a run is at work by then', async () => {
    await asOf(0);
    const other = await db.connect();
    await other.query('begin; lock table runbook.migration in share row exclusive mode');
    const late = withSession(connectionTo(db), (session) => migrateLedger(session));
    await until(
      db,
      `select from pg_locks where relation = 'runbook.migration'::regclass and not granted`,
    );
    await other.query(`update runbook.function_set set contract = ${String(OURS.functions.contract)};
      insert into runbook.claim select 'run/other', pid, backend_start from pg_stat_activity where pid = pg_backend_pid();
      commit`);
    expect(await late).toEqual({ tables: [], functions: false });
    await other.end();
  });
});

describe('a ledger with other functions of the same contract', () => {
  it('is used as it is; doctor says so, and init replaces them', async () => {
    await db.query(`update runbook.function_set set digest = 'of a fix'`);
    expect((await runFile(quick)).code).toBe(0);
    expect(await call('doctor')).toMatchObject({
      stdout: expect.stringMatching(/^warn +ledger .*functions differ/m) as string,
    });
    expect((await call('init')).stdout).toContain('has the functions of this pg-runbook now');
    expect(await contract()).toEqual(CURRENT);
    expect((await call('init')).stdout).toContain('is up to date');
  });
});

describe('a ledger whose tables were made by other files', () => {
  it('is refused by all commands', async () => {
    await db.query(`update runbook.migration set digest = 'of a commit between releases'`);
    for (const args of [['init'], ['status'], ['run', quick, '--report', report], ['doctor']]) {
      const { code, stdout, stderr } = await call(...args);
      expect([args, code]).toEqual([args, 3]);
      expect(stdout + stderr).toContain('the ledger is not of a release of pg-runbook');
    }
  });

  it('of before the functions had a contract, too', async () => {
    await db.query(
      'drop table runbook.function_set; insert into runbook.migration values (3, $$x$$), (4, $$y$$)',
    );
    await db.query(`update runbook.migration set digest = 'of before' where number = 1`);
    const { code, stderr } = await runFile(quick);
    expect([code, stderr]).toEqual([3, expect.stringContaining('[ledger_other]')]);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { expectLedgerToAgree, runbook, runReported, stepOf, useFolder } from './support.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`
  create schema many;
  do $$ begin for i in 1..40 loop
    execute format('create materialized view many.v%s as select pg_sleep(0.2)::text as t, %s as n', i, i);
  end loop; end $$`);

describe('an interrupt', () => {
  it('of a step in the middle: what was not launched is told, and the step is not succeeded', async () => {
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: views
    refresh: { views: { include: ["many.*"] } }
`),
      { signalAfter: { signal: 'SIGTERM', seen: /views\/3\b/ } },
    );
    expect(run.code).toBe(143);
    const step = stepOf(run, 'views');
    const skipped = step.tasks.filter((task) => task.status === 'skipped');
    expect(skipped.length).toBeGreaterThan(30);
    for (const task of skipped)
      expect(task.attempts.every((a) => a.launched_at === null)).toBe(true);
    expect(['cancelled', 'skipped']).toContain(step.status);
    expect(step.finished_at).not.toBeNull();
    await expectLedgerToAgree(db, run);
  });
});

describe('a ledger that fails in the middle of a run', () => {
  it('ends the run with a report that has the reason; workers that run are cancelled', async () => {
    await db.query(`
      create function refuse() returns trigger language plpgsql as $$
        begin raise exception 'the ledger is broken' using errcode = 'XX001'; end $$;
      create trigger refuse before insert on runbook.attempt for each row
        when (new.step_id = 'second') execute function refuse()`);
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: first
    sql: SELECT 1
  - id: second
    needs: [first]
    sql: SELECT 2
`),
    );
    await db.query('drop function refuse cascade');
    expect(run.report.run.reason).toContain('the ledger is broken');
    expect(run.report.steps.map((step) => step.status)).toEqual(['succeeded', 'skipped']);
    expect([run.code, run.report.run.status]).toEqual([1, 'failed']);
    expect(run.stderr + run.stdout).not.toMatch(/\n\s+at /);
    await expectLedgerToAgree(db, run);
  });
});

describe('an engine that is killed', () => {
  it('leaves a report that names the workers which run on', async () => {
    const [file, path] = [join(folder, 'killed.yaml'), join(folder, 'killed.json')];
    writeFileSync(file, runbook('  - id: nap\n    sql: SELECT pg_sleep(3)\n'));
    const { signal } = await runCli(['run', file, '--report', path], {
      env: db.env,
      signalAfter: { signal: 'SIGKILL', seen: /nap\/1\b/, ms: 1500 },
    });
    expect(signal).toBe('SIGKILL');
    const report = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
    const attempt = report.steps[0]?.tasks[0]?.attempts[0];
    expect(report.run).toMatchObject({ status: 'running', finished_at: null });
    expect(attempt).toMatchObject({ status: 'running' });
    const [worker] = await db.rows(
      "select pid, application_name from pg_stat_activity where backend_type = 'pg_background' and datname = current_database()",
    );
    expect(worker).toEqual({ pid: attempt?.pid, application_name: attempt?.application_name });
  });
});

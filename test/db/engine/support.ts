import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Attempt, ReportV1, Step, Task } from '../../../src/generated/report.v1.js';
import { ROOT } from '../../support/root.js';
import { runCli, type CliOptions, type CliResult } from '../../support/cli.js';
import { expectValidReport } from '../../support/report-schema.js';
import type { TestDatabase } from '../../support/database.js';

export interface ReportedRun extends CliResult {
  readonly report: ReportV1;
}

/** A runbook around steps, with a name of its own so that versions never collide. */
export function runbook(
  steps: string,
  top = 'defaults: { timeout: 30s, lock_timeout: 10s }',
): string {
  const name = `test-${randomBytes(4).toString('hex')}`;
  return `api_version: pg-runbook/v1\nname: ${name}\nversion: 1\n${top}\nsteps:\n${steps}`;
}

/** A folder of the test file's own, removed at its end. */
export function useFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-test-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Runs YAML through the built program and reads the report that it wrote. */
export async function runReported(
  db: TestDatabase,
  folder: string,
  yaml: string,
  options: CliOptions = {},
): Promise<ReportedRun> {
  const id = randomBytes(4).toString('hex');
  const [file, path] = [join(folder, `${id}.yaml`), join(folder, `${id}.json`)];
  writeFileSync(file, yaml);
  const result = await runCli(['run', file, '--report', path], { env: db.env, ...options });
  const report = readReport(path, result);
  expectValidReport(report);
  return { ...result, report };
}

function readReport(path: string, { code, stderr }: CliResult): ReportV1 {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
  } catch (cause) {
    throw new Error(`no report; exit ${String(code)}\n${stderr}`, { cause });
  }
}

export function stepOf({ report }: ReportedRun, id: string): Step {
  const step = report.steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new Error(`no step ${id}`);
  return step;
}

/** The only task of a step, and its last attempt. */
export function taskOf(run: ReportedRun, id: string): { task: Task; attempt: Attempt } {
  const [task] = stepOf(run, id).tasks;
  const attempt = task?.attempts.at(-1);
  if (task === undefined || attempt === undefined) throw new Error(`no attempt of ${id}`);
  return { task, attempt };
}

/** The ledger says the same as the report: of the run, of each task and of each attempt. */
export async function expectLedgerToAgree(
  db: TestDatabase,
  { report }: ReportedRun,
): Promise<void> {
  const [run] = await db.rows('select status, exit_code from runbook.run where run_id = $1', [
    report.run.id,
  ]);
  expect(run).toEqual({ status: report.run.status, exit_code: report.run.exit_code });
  const attempts = await db.rows(
    `select step_id || '/' || task_no as task, attempt_no as number, status, pid, cookie::text, sqlstate
       from runbook.attempt where run_id = $1 order by 1, 2`,
    [report.run.id],
  );
  const reported = report.steps.flatMap((step) =>
    step.tasks.flatMap((task) =>
      task.attempts.map(({ number, status, pid, cookie, sqlstate }) => ({
        task: task.id,
        number,
        status,
        pid,
        cookie,
        sqlstate,
      })),
    ),
  );
  expect(attempts).toEqual(reported.toSorted((a, b) => (a.task < b.task ? -1 : 1)));
}

/** Waits until a worker of the run shows, and returns its pid. */
export async function waitForWorker(db: TestDatabase, step: string): Promise<number> {
  for (let i = 0; i < 400; i += 1) {
    const [row] = await db.rows<{ pid: number }>(
      `select pid from pg_stat_activity
        where backend_type = 'pg_background' and datname = current_database()
          and application_name like 'pg-runbook/%/' || $1 || '/%'`,
      [step],
    );
    if (row !== undefined) return row.pid;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no worker of step ${step}`);
}

/** Starts a run, and kills its engine once `ready` is over. */
export async function killRun(
  folder: string,
  yaml: string,
  env: Readonly<Record<string, string>>,
  ready: () => Promise<unknown>,
): Promise<void> {
  const id = randomBytes(4).toString('hex');
  const [file, path] = [join(folder, `${id}.yaml`), join(folder, `${id}.json`)];
  writeFileSync(file, yaml);
  const engine = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli/main.js'), 'run', file, '--report', path],
    {
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let told = '';
  engine.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  try {
    await ready();
  } catch (cause) {
    throw new Error(`the run did not come so far:\n${told}`, { cause });
  } finally {
    engine.kill('SIGKILL');
    await ended;
  }
}

/** Starts a run and kills its engine once a worker of the step shows; returns the run's id. */
export async function killedRun(
  db: TestDatabase,
  folder: string,
  yaml: string,
  step: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  await killRun(folder, yaml, env, () => waitForWorker(db, step));
  const [run] = await db.rows<{ id: string }>(
    'select run_id as id from runbook.run order by started_at desc limit 1',
  );
  return run?.id ?? '';
}

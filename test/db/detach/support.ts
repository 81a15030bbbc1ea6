import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import type { Ending } from '../../support/cli.js';
import { runHere } from '../../support/in-process.js';
import { expectValidReport } from '../../support/report-schema.js';
import type { TestDatabase } from '../../support/database.js';

/** Runs a command about a run, with its JSON document where it prints one. */
export async function about(
  db: TestDatabase,
  command: string,
  run: string,
  ...more: string[]
): Promise<Ending & { report: ReportV1 }> {
  const json = command === 'cancel' ? [] : ['--json'];
  const result = await runHere([command, run, ...json, ...more], db);
  if (!result.stdout.startsWith('{')) return { ...result, report: {} as ReportV1 };
  const report = JSON.parse(result.stdout) as ReportV1;
  expectValidReport(report);
  return { ...result, report };
}

/** Task id → status, of a whole report. */
export function statuses(report: ReportV1): Record<string, string> {
  return Object.fromEntries(
    report.steps.flatMap((step) => step.tasks.map((task) => [task.id, task.status])),
  );
}

/** Waits until a query gives a row. */
export async function until(db: TestDatabase, sql: string, values: unknown[] = []): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    if ((await db.rows(sql, values)).length > 0) return;
    await sleep(25);
  }
  throw new Error(`it never came true: ${sql}`);
}

/** Waits until a worker of a runbook is at work. */
export async function untilAtWork(db: TestDatabase, runbook: string): Promise<void> {
  await until(
    db,
    `select 1 from runbook.run r join runbook.attempt a using (run_id)
      where r.runbook_name = $1 and a.status = 'running'`,
    [runbook],
  );
}

/** No worker and no session of ours is left in the database. */
export async function workersLeft(db: TestDatabase): Promise<unknown[]> {
  return db.rows(
    `select application_name from pg_stat_activity
      where backend_type = 'pg_background' and datname = current_database()`,
  );
}

import type { ReportV1 } from '../generated/report.v1.js';
import { readLife, readRun, type StoredRun } from '../ledger/read.js';
import { nextCommands } from '../model/next-commands.js';
import type { Queryable } from '../postgres/session.js';
import type { Clock } from './clock.js';
import { summarize } from './conclude.js';
import { reconcileRun } from './reconcile.js';

/** The report of a run as the ledger has it. */
export function toReport({ plan, report }: StoredRun): ReportV1 {
  const { run, steps } = report;
  return {
    report_version: 1,
    run: {
      ...run,
      next_commands: nextCommands(run.id, run.status, steps),
    },
    steps,
    runbook: plan.runbook,
    server: plan.server,
    budget: plan.budget,
    summary: summarize(report),
  };
}

/** The report of a run after a look at who works on it, which settles what nobody does. */
export async function lookAtRun(
  db: Queryable,
  runId: string,
  clock: Clock,
): Promise<{ report: ReportV1; live: boolean }> {
  await reconcileRun(db, runId, clock, false);
  const { live, engine } = await readLife(db, runId);
  const report = toReport(await readRun(db, runId));
  if (!engine && report.run.status === 'running') {
    report.run.reason = 'its engine is gone; what was launched runs on';
    report.run.next_commands.unshift(`pg-runbook resume ${runId}`);
  }
  return { report, live };
}

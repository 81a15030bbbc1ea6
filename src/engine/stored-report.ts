import type { ReportV1 } from '../generated/report.v1.js';
import { readLife, readRun } from '../ledger/read.js';
import type { Queryable } from '../postgres/session.js';
import type { Clock } from './clock.js';
import { relyingOn, requireExitCode } from './damage.js';
import { reconcileRun } from './reconcile.js';
import { toReport } from './report-of.js';

/** The report of a run after a look at who works on it, which settles what nobody does. */
export async function lookAtRun(
  db: Queryable,
  runId: string,
  clock: Clock,
): Promise<{ report: ReportV1; live: boolean }> {
  const { live, engine, report } = await relyingOn(db, runId, async () => {
    await reconcileRun(db, runId, clock, false);
    return { ...(await readLife(db, runId)), report: toReport(await readRun(db, runId)) };
  });
  requireExitCode(runId, report.run.exit_code);
  if (!engine && report.run.status === 'running') {
    report.run.reason = 'its engine is gone; what was launched runs on';
    report.run.next_commands.unshift(`pg-runbook resume ${runId}`);
  }
  return { report, live };
}

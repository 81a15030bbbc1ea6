import type { ReportV1 } from '../generated/report.v1.js';
import { readSlowAdmission } from '../ledger/admission.js';
import { readLife, readRun, type StoredRun } from '../ledger/read.js';
import type { Queryable } from '../postgres/session.js';
import type { Clock } from './clock.js';
import { relyingOn, requireExitCode } from './damage.js';
import { reconcileRun } from './reconcile.js';
import { toReport } from './report-of.js';

/** A run as it stands. */
export interface Look {
  readonly report: ReportV1;
  /** Somebody works on it. */
  readonly live: boolean;
  readonly stored: StoredRun;
}

/** The report of a run after a look at who works on it, which settles what nobody does. */
export async function lookAtRun(db: Queryable, runId: string, clock: Clock): Promise<Look> {
  const { live, engine, report, stored } = await relyingOn(db, runId, async () => {
    await reconcileRun(db, runId, clock, false);
    const life = await readLife(db, runId);
    const read = await readRun(db, runId);
    return { ...life, report: toReport(read), stored: read };
  });
  requireExitCode(runId, report.run.exit_code);
  if (!engine && report.run.status === 'running') {
    report.run.reason = 'its engine is gone; what was launched runs on';
    report.run.next_commands.unshift(`pg-runbook resume ${runId}`);
  }
  if (engine && report.run.status === 'running') report.run.reason = await whyNothingIsLaunched(db);
  return { report, live, stored };
}

async function whyNothingIsLaunched(db: Queryable): Promise<string | null> {
  const holder = await readSlowAdmission(db);
  return holder === null
    ? null
    : `nothing is launched on the server: ${holder} counts and launches`;
}

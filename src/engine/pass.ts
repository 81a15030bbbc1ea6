import type { ReportV1 } from '../generated/report.v1.js';
import { inspectLedger, migrateLedger } from '../ledger/migrate.js';
import { findRunOfPass } from '../ledger/read.js';
import { isFinal } from '../model/status.js';
import type { Session } from '../postgres/session.js';
import type { Clock } from './clock.js';
import { requireWhole } from './damage.js';
import { lookAtRun } from './stored-report.js';

/** The run that a pass has in a database already. */
export interface FoundRun {
  readonly report: ReportV1;
  /** Something may be left to do: its engine is at work or was lost, or an outcome is unknown. */
  readonly open: boolean;
}

/**
 * Looks for the run of a pass, and settles what nobody works on. A database without a ledger has none,
 * and gets none.
 */
export async function findInPass(
  session: Session,
  runbook: string,
  pass: string,
  clock: Clock,
): Promise<FoundRun | undefined> {
  if ((await inspectLedger(session)).is === 'none') return undefined;
  await migrateLedger(session);
  const runId = await findRunOfPass(session, runbook, pass);
  if (runId === undefined) return undefined;
  const { report, stored } = await lookAtRun(session, runId, clock);
  const open = mayBeResumed(report);
  // What is done again comes from the ledger: it must be whole.
  if (open) await requireWhole(stored);
  return { report, open };
}

/** Whoever looks at a run that was lost calls it failed or unknown, and its tasks are as they were. */
function mayBeResumed({ run, steps }: ReportV1): boolean {
  if (run.status === 'running' || run.status === 'unknown') return true;
  const left = steps.some((step) => step.tasks.some((task) => !isFinal(task.status)));
  return left && run.status !== 'detached';
}

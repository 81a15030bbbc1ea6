import { RunbookError } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { readSlowAdmission } from '../ledger/admission.js';
import { isWorkedOn, listRuns, readLife, readRun, type StoredRun } from '../ledger/read.js';
import { OWN_VIEW, type LedgerView, type OnlyLooks } from '../ledger/view.js';
import { isFinal } from '../model/status.js';
import type { Queryable } from '../postgres/session.js';
import type { Clock } from './clock.js';
import { relyingOn, requireExitCode } from './damage.js';
import { reconcileRun } from './reconcile.js';
import { toReport } from './report-of.js';

/** A run as it stands. */
export interface Look {
  readonly report: ReportV1;
  /** Somebody works on it, or may. */
  readonly live: boolean;
  /** True: it is as it was recorded, and what became of it since is not known here. */
  readonly unsettled: boolean;
  readonly stored: StoredRun;
}

/**
 * The report of a run after a look at who works on it, which settles what nobody does; or where the
 * session only looks, as it is recorded.
 */
export async function lookAtRun(
  db: Queryable,
  runId: string,
  clock: Clock,
  view: LedgerView = OWN_VIEW,
): Promise<Look> {
  const look =
    view.onlyLooks === undefined
      ? await settle(db, runId, clock)
      : await readRecord(db, runId, view, view.onlyLooks);
  requireExitCode(runId, look.report.run.exit_code);
  return look;
}

async function settle(db: Queryable, runId: string, clock: Clock): Promise<Look> {
  const { live, engine, report, stored } = await relyingOn(db, runId, async () => {
    await reconcileRun(db, runId, clock, false);
    const life = await readLife(db, runId);
    const read = await readRun(db, runId);
    return { ...life, report: toReport(read), stored: read };
  });
  if (!engine && report.run.status === 'running') {
    report.run.reason = 'its engine is gone; what was launched runs on';
    report.run.next_commands.unshift(`pg-runbook resume ${runId}`);
  }
  if (engine && report.run.status === 'running') report.run.reason = await whyNothingIsLaunched(db);
  return { report, live, unsettled: false, stored };
}

/**
 * Settles those of the newest runs that nobody works on any more, so that a list calls none of them running. One whose
 * record is damaged stays as it is: a look at it alone says what is wrong.
 */
export async function settleOpenRuns(db: Queryable, newest: number, clock: Clock): Promise<void> {
  const runs = await listRuns(db, newest);
  for (const { run_id: id } of runs.filter((run) => run.finished_at === null)) {
    try {
      await relyingOn(db, id, () => reconcileRun(db, id, clock, false));
    } catch (error) {
      if (!(error instanceof RunbookError) || error.code !== 'ledger_damaged') throw error;
    }
  }
}

async function whyNothingIsLaunched(db: Queryable): Promise<string | null> {
  const holder = await readSlowAdmission(db);
  return holder === null
    ? null
    : `nothing is launched on the server: ${holder} counts and launches`;
}

/** What is recorded of a run that has not ended is the truth only while somebody works on it, and records. */
async function readRecord(
  db: Queryable,
  runId: string,
  view: LedgerView,
  onlyLooks: OnlyLooks,
): Promise<Look> {
  const { stored, worked } = await view.read(async () => ({
    stored: await relyingOn(db, runId, () => readRun(db, runId)),
    worked: onlyLooks.seesSessions ? await isWorkedOn(db, runId) : undefined,
  }));
  const report = toReport(stored);
  const { run, steps } = report;
  const open = run.status === 'running' || steps.some(({ status }) => !isFinal(status));
  const unsettled = open && worked !== true;
  run.next_commands = unsettled ? [] : run.next_commands.filter(onlyReads);
  if (unsettled) run.reason = `${describeRecord(runId, onlyLooks)}${because(run.reason)}`;
  return { report, live: open && worked !== false, unsettled, stored };
}

function describeRecord(runId: string, only: OnlyLooks): string {
  const where = `pg-runbook status ${runId}, ${only.elsewhere}`;
  return only.seesSessions
    ? `nobody works on it any more, and this is what was recorded last: what became of it is settled and recorded by ${where}`
    : `as recorded, which may be out of date: ${only.because}; settled and recorded by ${where}`;
}

function because(reason: string | null): string {
  return reason === null ? '' : `; recorded: ${reason}`;
}

function onlyReads(command: string): boolean {
  return /^pg-runbook (status|wait) /.test(command);
}

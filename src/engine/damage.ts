import { EXIT, RunbookError } from '../errors.js';
import { readRun, type StoredRun } from '../ledger/read.js';
import { documentProblem } from '../plan/check-document.js';
import { asSqlError } from '../postgres/errors.js';
import type { Queryable } from '../postgres/session.js';

/** SQLSTATEs of values that are not what a function takes, such as JSON of another shape. */
const DATA_EXCEPTION = /^22/;

/**
 * Does work that relies on what the ledger has of a run. When it fails on that, the ledger is said to
 * be damaged, and where: rows may have been edited, or lost in a restore. It is looked for only then,
 * since a run may have 100,000 tasks.
 */
export async function relyingOn<T>(
  db: Queryable,
  runId: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sql = asSqlError(error);
    if (sql !== undefined && DATA_EXCEPTION.test(sql.sqlstate)) throw damaged(runId, sql.message);
    // What PostgreSQL or we say of anything else is clear already.
    if (sql !== undefined || error instanceof RunbookError) throw error;
    await requireWhole(await relyingOn(db, runId, () => readRun(db, runId)));
    throw error;
  }
}

/**
 * Refuses a stored run that is not as this program writes it.
 * @throws RunbookError `ledger_damaged`.
 */
export async function requireWhole(stored: StoredRun): Promise<void> {
  const { id } = stored.report.run;
  const plan = await documentProblem('plan', stored.plan);
  if (plan !== undefined) throw damaged(id, `its plan: ${plan}`);
  requireExitCode(id, stored.report.run.exit_code);
  const { plan: made, report: found } = stored;
  const report = {
    report_version: 1,
    run: { ...found.run, next_commands: [] },
    steps: found.steps,
    runbook: made.runbook,
    server: made.server,
    budget: made.budget,
    residue: found.residue,
    summary: { steps: {}, tasks: {}, targets: {} },
  };
  const problem = await documentProblem('report', report);
  if (problem !== undefined) throw damaged(id, problem);
}

/** An exit code that nobody documents would mean anything to cron. */
export function requireExitCode(runId: string, code: number | null): void {
  const known: readonly number[] = Object.values(EXIT);
  if (code !== null && !known.includes(code)) {
    throw damaged(runId, `its exit code: ${String(code)}`);
  }
}

export function damaged(runId: string, what: string): RunbookError {
  return new RunbookError(
    'ledger_damaged',
    `the ledger's record of run ${runId} is damaged: ${what}`,
    {
      hint: 'Rows of schema "runbook" were edited or lost, or another version wrote them: run the runbook anew.',
    },
  );
}

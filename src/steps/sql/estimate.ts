import type { Estimate } from '../../generated/plan.v1.js';
import type { SqlSpec } from '../../model/runbook.js';
import type { Queryable } from '../../postgres/session.js';
import { explainChange, inTrial } from '../../postgres/trial.js';
import { TrialRefusal } from '../../postgres/trial-refusal.js';
import type { StepOrder } from '../contract.js';

type TrialOrder = Pick<StepOrder, 'settings' | 'showServerErrors'>;

interface Change {
  readonly command: string;
  readonly sql: string;
}

/** The statements that change rows. */
function listChanges(statements: SqlSpec['statements']): readonly Change[] {
  return statements.flatMap(({ sql, countable }) =>
    countable === null || countable.tag === 'SELECT'
      ? []
      : [{ command: countable.tag, sql: sql.replace(/;\s*$/, '') }],
  );
}

/** Asks the planner what each statement would touch. None is executed. */
export async function estimateChanges(
  db: Queryable,
  { statements }: SqlSpec,
  order: TrialOrder,
): Promise<Estimate[]> {
  const estimates: Estimate[] = [];
  for (const change of listChanges(statements)) {
    estimates.push(await estimate(db, change, order));
  }
  return estimates;
}

async function estimate(
  db: Queryable,
  { command, sql }: Change,
  { settings, showServerErrors }: TrialOrder,
): Promise<Estimate> {
  const unknown = (why: string): Estimate => ({
    command,
    table: null,
    table_bytes: null,
    rows: null,
    why_not: why,
  });
  try {
    const trial = await inTrial(db, settings, [sql], () => explainChange(db, sql));
    if (!trial.tried) return unknown(trial.why);
    const { table, tableBytes, rows } = trial.value;
    return { command, table, table_bytes: tableBytes, rows, why_not: null };
  } catch (error) {
    if (!(error instanceof TrialRefusal)) throw error;
    const { message, hint } = error.tell(showServerErrors);
    return unknown(
      [`${message} (SQLSTATE ${error.sqlstate})`, ...(hint === undefined ? [] : [hint])].join('. '),
    );
  }
}

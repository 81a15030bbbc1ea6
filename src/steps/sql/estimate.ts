import type { Estimate } from '../../generated/plan.v1.js';
import type { SqlSpec } from '../../model/runbook.js';
import type { Queryable } from '../../postgres/session.js';
import { explainChange, inTrial } from '../../postgres/trial.js';
import { TrialRefusal } from '../../postgres/trial-refusal.js';
import { parseSql } from '../../sql/parser.js';
import { CHANGES } from '../../sql/relations.js';
import type { StepOrder } from '../contract.js';

type TrialOrder = Pick<StepOrder, 'settings' | 'showServerErrors'>;

interface Change {
  readonly command: string;
  readonly sql: string;
}

/** The statements of a text that change rows. */
async function listChanges(sql: string): Promise<readonly Change[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return [];
  const { statements } = parsed;
  return statements.flatMap(({ type, offset }, index) => {
    const command = Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
    const text = sql.slice(offset, statements[index + 1]?.offset).replace(/;\s*$/, '');
    return command === undefined ? [] : [{ command, sql: text }];
  });
}

/** Asks the planner what each statement would touch. None is executed. */
export async function estimateChanges(
  db: Queryable,
  { sql }: SqlSpec,
  order: TrialOrder,
): Promise<Estimate[]> {
  const estimates: Estimate[] = [];
  for (const change of await listChanges(sql)) {
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

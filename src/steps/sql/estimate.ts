import type { Estimate } from '../../generated/plan.v1.js';
import type { SqlSpec } from '../../model/runbook.js';
import { asSqlError } from '../../postgres/errors.js';
import type { Queryable } from '../../postgres/session.js';
import { explainChange, inTrial } from '../../postgres/trial.js';
import { parseSql } from '../../sql/parser.js';
import { CHANGES } from '../../sql/relations.js';

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
  settings: Readonly<Record<string, string>>,
): Promise<Estimate[]> {
  const estimates: Estimate[] = [];
  for (const change of await listChanges(sql)) {
    estimates.push(await estimate(db, change, settings));
  }
  return estimates;
}

async function estimate(
  db: Queryable,
  { command, sql }: Change,
  settings: Readonly<Record<string, string>>,
): Promise<Estimate> {
  try {
    const { table, tableBytes, rows } = await inTrial(db, settings, () => explainChange(db, sql));
    return { command, table, table_bytes: tableBytes, rows, why_not: null };
  } catch (error) {
    const refused = asSqlError(error);
    if (refused === undefined) throw error;
    return { command, table: null, table_bytes: null, rows: null, why_not: refused.message };
  }
}

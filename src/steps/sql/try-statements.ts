import type { Estimate } from '../../generated/plan.v1.js';
import type { SqlSpec } from '../../model/runbook.js';
import type { Queryable } from '../../postgres/session.js';
import { analyze, explainChange, inTrial, type ExpectedChange } from '../../postgres/trial.js';
import { asUntried, TrialRefusal, type Untried } from '../../postgres/trial-refusal.js';
import { parseSql, scanSql } from '../../sql/parser.js';
import { CHANGES } from '../../sql/relations.js';
import { requiredBy, type RequiredName } from '../../sql/required.js';
import type { Discovery, Refusal, StepOrder } from '../contract.js';
import { findMissingName, type MissingName } from './missing-names.js';

type TrialOrder = Pick<StepOrder, 'settings' | 'showServerErrors'>;

/** Utility statements in which the server looks names up when it reads them, as it does in queries. */
const READ_AS_QUERIES = [
  ...['SelectStmt', 'CallStmt', 'CreateTableAsStmt', 'DeclareCursorStmt', 'ExplainStmt'],
];

interface Statement {
  readonly sql: string;
  readonly offset: number;
  /** Set for one that changes rows. */
  readonly command: string | undefined;
  /** It, where the server looks names up as it reads it. */
  readonly lookedUp: readonly string[];
  /** What must be there, where the server looks names up only as it executes it. */
  readonly required: readonly RequiredName[];
  /** False: our parser does not know its syntax, and it may be several. */
  readonly known: boolean;
  /** The text before it. */
  readonly before: string;
}

/** What trying one statement has shown. */
interface Tried {
  readonly estimate?: Estimate;
  readonly refusal?: Refusal;
  readonly notTried?: Untried;
}

async function listStatements(text: string): Promise<readonly Statement[]> {
  const parsed = await parseSql(text);
  // Another version's syntax: the server itself tells whether it is one.
  if (!parsed.ok) {
    const all = { sql: text, offset: 0, command: undefined, before: '' };
    return [{ ...all, lookedUp: [text], required: [], known: false }];
  }
  return parsed.statements.map((statement, index) => {
    const { type, offset } = statement;
    const sql = text.slice(offset, parsed.statements[index + 1]?.offset).replace(/;\s*$/, '');
    const command = Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
    const looksUp = command !== undefined || READ_AS_QUERIES.includes(type);
    const names = looksUp
      ? { lookedUp: [sql], required: [] }
      : { lookedUp: [], required: requiredBy(statement) };
    return { sql, offset, command, ...names, known: true, before: text.slice(0, offset) };
  });
}

/** Has the server read each statement, and asks the planner what those that change rows would touch. */
export async function tryStatements(
  db: Queryable,
  { sql }: SqlSpec,
  order: TrialOrder,
): Promise<Required<Pick<Discovery, 'estimates' | 'refusals' | 'notTried'>>> {
  const tried: Tried[] = [];
  for (const statement of await listStatements(sql)) {
    tried.push(await tryStatement(db, statement, order));
  }
  return {
    estimates: tried.flatMap(({ estimate }) => estimate ?? []),
    refusals: tried.flatMap(({ refusal }) => refusal ?? []),
    notTried: tried.flatMap(({ notTried }) => notTried ?? []),
  };
}

async function tryStatement(
  db: Queryable,
  { sql, offset, command, lookedUp, required, known, before }: Statement,
  { settings, showServerErrors }: TrialOrder,
): Promise<Tried> {
  const unknown = (why: string): Pick<Tried, 'estimate'> =>
    command === undefined
      ? {}
      : { estimate: { command, table: null, table_bytes: null, rows: null, why_not: why } };
  try {
    const trial = await inTrial(db, settings, lookedUp, async () => {
      if (command !== undefined) {
        return { estimate: estimateOf(command, await explainChange(db, sql)) };
      }
      await analyze(db, sql);
      const missing = await findMissingName(db, required);
      if (missing === undefined) return {};
      return { refusal: await refusalOf(missing, { sql, offset, before }) };
    });
    return trial.tried ? trial.value : { notTried: trial, ...unknown(trial.why) };
  } catch (error) {
    if (!(error instanceof TrialRefusal)) throw error;
    const told = error.tell(showServerErrors);
    const why = `${told.message} (SQLSTATE ${told.sqlstate})`;
    if (!error.isOfSql || (!known && error.place === undefined)) {
      return { notTried: asUntried(told), ...unknown(why) };
    }
    const at = offset + (error.place?.index ?? 0);
    return { refusal: { ...told, path: [], offset: at, sent: sql, before }, ...unknown(why) };
  }
}

/** It stands where the statement names it first, with its schema, or where the statement begins. */
async function refusalOf(
  { name, ...told }: MissingName,
  { sql, offset, before }: Pick<Statement, 'sql' | 'offset' | 'before'>,
): Promise<Refusal> {
  const tokens = await scanSql(sql);
  let at = tokens.findIndex(({ text }) => text === name || text.toLowerCase() === name);
  while (tokens[at - 1]?.text === '.') at -= 2;
  return { ...told, path: [], offset: offset + (tokens[at]?.start ?? 0), sent: sql, before };
}

function estimateOf(command: string, { table, tableBytes, rows }: ExpectedChange): Estimate {
  return { command, table, table_bytes: tableBytes, rows, why_not: null };
}

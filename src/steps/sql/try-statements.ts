import type { Estimate } from '../../generated/plan.v1.js';
import type { SqlSpec } from '../../model/runbook.js';
import type { Queryable } from '../../postgres/session.js';
import { analyze, explainChange, inTrial, type ExpectedChange } from '../../postgres/trial.js';
import { asUntried, TrialRefusal, type Untried } from '../../postgres/trial-refusal.js';
import { parseSql } from '../../sql/parser.js';
import { CHANGES } from '../../sql/relations.js';
import type { Discovery, Refusal, StepOrder } from '../contract.js';

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
    return [
      { sql: text, offset: 0, command: undefined, lookedUp: [text], known: false, before: '' },
    ];
  }
  return parsed.statements.map(({ type, offset }, index) => {
    const sql = text.slice(offset, parsed.statements[index + 1]?.offset).replace(/;\s*$/, '');
    const command = Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
    const looksUp = command !== undefined || READ_AS_QUERIES.includes(type);
    const lookedUp = looksUp ? [sql] : [];
    const before = text.slice(0, offset);
    return { sql, offset, command, lookedUp, known: true, before };
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
  { sql, offset, command, lookedUp, known, before }: Statement,
  { settings, showServerErrors }: TrialOrder,
): Promise<Tried> {
  const unknown = (why: string): Pick<Tried, 'estimate'> =>
    command === undefined
      ? {}
      : { estimate: { command, table: null, table_bytes: null, rows: null, why_not: why } };
  try {
    const trial = await inTrial(db, settings, lookedUp, async () => {
      if (command !== undefined) return estimateOf(command, await explainChange(db, sql));
      await analyze(db, sql);
      return undefined;
    });
    if (!trial.tried) return { notTried: trial, ...unknown(trial.why) };
    return trial.value === undefined ? {} : { estimate: trial.value };
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

function estimateOf(command: string, { table, tableBytes, rows }: ExpectedChange): Estimate {
  return { command, table, table_bytes: tableBytes, rows, why_not: null };
}

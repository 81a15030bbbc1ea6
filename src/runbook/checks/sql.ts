import { findNodes } from '../../sql/ast.js';
import { blankSqlParameters, listSqlParameters } from '../../sql/parameters.js';
import { parseSql, type ParsedSql, type SqlStatement } from '../../sql/parser.js';
import { rawSteps, type RawStep } from '../content.js';
import type { Problem } from '../diagnostic.js';
import { MAX_READING_COST, READS_LONG, readingCost } from '../../sql/reading-cost.js';
import { sqlTexts, type SqlText } from '../sql-texts.js';
import { checkExpectations } from './expectations.js';
import { checkGuardStatements, checkStatements } from './statements.js';

/** An expression is read as the one condition of a query; the line break ends a comment in it. */
const EXPRESSION_PREFIX = 'SELECT 1 WHERE (';
const EXPRESSION_SUFFIX = '\n)';

function syntaxProblem(text: SqlText, message: string, offset: number): Problem {
  const at = Math.min(Math.max(offset, 0), text.sql.length);
  const bare = /^:\w/.test(text.sql.slice(at));
  return {
    code: 'sql-syntax',
    message: `PostgreSQL cannot read this SQL: ${message}`,
    ...(bare ? { hint: `Parameters are written :'name' or :"name" in SQL.` } : {}),
    path: text.path,
    textOffset: at,
  };
}

/**
 * Parses the text with its parameters blanked. Where a token is broken none was found, and the first
 * colon would be blamed for it; then the text is read once more with all that looks like one blanked.
 */
async function parseBlanked(sql: string): Promise<ParsedSql> {
  const parsed = await parseSql(sql);
  if (parsed.ok) return parsed;
  const again = await parseSql(sql.replace(/(?<!:):(?=(?:'\w+'|"\w+"))/g, ' '));
  return again.ok ? parsed : again;
}

async function checkExpression(text: SqlText, sql: string): Promise<Problem[]> {
  const parsed = await parseBlanked(EXPRESSION_PREFIX + sql + EXPRESSION_SUFFIX);
  if (!parsed.ok) {
    const { message, offset } = parsed.error;
    return [syntaxProblem(text, message, offset - EXPRESSION_PREFIX.length)];
  }
  // Without the parentheses too: `a) or (b` would close those that it is put in.
  const bare = await parseBlanked(EXPRESSION_PREFIX.slice(0, -1) + sql);
  if (isOneExpression(parsed) && isOneExpression(bare)) return numbered(text, parsed.statements);
  return [syntaxProblem(text, 'one expression must stand here, and nothing else', 0)];
}

/** The ledger's own queries have numbered parameters, which a condition must not take for its own. */
function numbered(text: SqlText, statements: readonly SqlStatement[]): Problem[] {
  const [first] = findNodes(statements, 'ParamRef');
  if (first === undefined) return [];
  const name = `$${String(first['number'])}`;
  return [syntaxProblem(text, `there is no parameter ${name}`, text.sql.indexOf(name))];
}

function isOneExpression(parsed: ParsedSql): boolean {
  if (!parsed.ok || parsed.statements.length !== 1) return false;
  const node = parsed.statements[0]?.node ?? {};
  return node['op'] === 'SETOP_NONE' && Object.keys(node).every((key) => EXPRESSION_NODES.has(key));
}

const EXPRESSION_NODES = new Set(['targetList', 'whereClause', 'limitOption', 'op']);

/** What the texts of a runbook have in common. */
interface Context {
  readonly steps: ReadonlyMap<number, RawStep>;
  readonly names: readonly string[];
  readonly known: ReadonlySet<string>;
}

async function checkText(text: SqlText, { steps, names, known }: Context): Promise<Problem[]> {
  const parameters = await listSqlParameters(text.sql);
  const unknown = parameters
    .filter((one) => !known.has(one.name))
    .map((one): Problem => {
      const message = `there is no parameter \`${one.name}\``;
      const { path } = text;
      return {
        code: 'unknown-parameter',
        message,
        unknown: { word: one.name, among: names },
        path,
        textOffset: one.offset,
      };
    });
  const sql = blankSqlParameters(text.sql, parameters);
  if (text.role === 'expression') return [...unknown, ...(await checkExpression(text, sql))];
  const parsed = await parseBlanked(sql);
  if (!parsed.ok)
    return [...unknown, syntaxProblem(text, parsed.error.message, parsed.error.offset)];
  const step = steps.get(Number(text.path[1]));
  return [
    ...unknown,
    ...(text.role === 'guard'
      ? [
          ...checkGuardStatements(parsed.statements, text.path),
          ...numbered(text, parsed.statements),
        ]
      : [
          ...checkStatements(parsed.statements, text.path, step?.body['transaction'] !== false),
          ...(step === undefined ? [] : checkExpectations(parsed.statements, step)),
        ]),
  ];
}

/** The parser takes a second for it, and each text some time by itself. */
const MAX_SQL_LENGTH = 128 * 1024;
const LEAST_LENGTH = 50;

function checkLength(texts: readonly SqlText[]): Problem | undefined {
  let length = 0;
  const first = texts.find(
    ({ sql }) => (length += Math.max(sql.length, LEAST_LENGTH)) > MAX_SQL_LENGTH,
  );
  return (
    first && {
      code: 'sql-too-long',
      message: 'the SQL of this runbook is longer than 128 KiB in all',
      hint: 'Split the runbook, or put what it does into procedures of the database.',
      path: first.path,
      at: 'key',
    }
  );
}

/** A text that the parser would take long for; many that it takes a while for are as bad. */
function checkCost(texts: readonly SqlText[]): Problem | undefined {
  let cost = 0;
  const first = texts.find(({ sql }) => (cost += readingCost(sql)) > MAX_READING_COST);
  return first && syntaxProblem(first, READS_LONG, 0);
}

/** Finds SQL that PostgreSQL would refuse, or that cannot run the way its step says. */
export async function checkSql(
  content: unknown,
  parameterNames: readonly string[],
): Promise<readonly Problem[]> {
  const texts = sqlTexts(content).filter(({ sql }) => sql !== '');
  const refused = checkLength(texts) ?? checkCost(texts);
  if (refused !== undefined) return [refused];
  const context: Context = {
    steps: new Map(rawSteps(content).map((step) => [step.index, step])),
    names: parameterNames,
    known: new Set(parameterNames),
  };
  const found = await Promise.all(texts.map((text) => checkText(text, context)));
  return found.flat();
}

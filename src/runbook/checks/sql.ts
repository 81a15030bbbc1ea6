import { blankSqlParameters, listSqlParameters } from '../../sql/parameters.js';
import { parseSql, type ParsedSql } from '../../sql/parser.js';
import { rawSteps } from '../content.js';
import type { Problem } from '../diagnostic.js';
import { suggestion } from '../nearest.js';
import { sqlTexts, type SqlText } from '../sql-texts.js';
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
  if (isOneExpression(parsed) && isOneExpression(bare)) return [];
  return [syntaxProblem(text, 'one expression must stand here, and nothing else', 0)];
}

function isOneExpression(parsed: ParsedSql): boolean {
  if (!parsed.ok || parsed.statements.length !== 1) return false;
  const node = parsed.statements[0]?.node ?? {};
  return node['op'] === 'SETOP_NONE' && Object.keys(node).every((key) => EXPRESSION_NODES.has(key));
}

const EXPRESSION_NODES = new Set(['targetList', 'whereClause', 'limitOption', 'op']);

async function checkText(
  content: unknown,
  text: SqlText,
  names: readonly string[],
): Promise<Problem[]> {
  const parameters = await listSqlParameters(text.sql);
  const unknown = parameters
    .filter((one) => !names.includes(one.name))
    .map((one): Problem => {
      const message = `there is no parameter \`${one.name}\``;
      const { path } = text;
      return {
        code: 'unknown-parameter',
        message,
        ...suggestion(one.name, names),
        path,
        textOffset: one.offset,
      };
    });
  const sql = blankSqlParameters(text.sql, parameters);
  if (text.role === 'expression') return [...unknown, ...(await checkExpression(text, sql))];
  const parsed = await parseBlanked(sql);
  if (!parsed.ok)
    return [...unknown, syntaxProblem(text, parsed.error.message, parsed.error.offset)];
  const step = rawSteps(content).find(({ index }) => text.path[1] === index);
  return [
    ...unknown,
    ...(text.role === 'guard'
      ? checkGuardStatements(parsed.statements, text.path)
      : checkStatements(parsed.statements, text.path, step?.body['transaction'] !== false)),
  ];
}

/** Finds SQL that PostgreSQL would refuse, or that cannot run the way its step says. */
export async function checkSql(
  content: unknown,
  parameterNames: readonly string[],
): Promise<readonly Problem[]> {
  const texts = sqlTexts(content).filter(({ sql }) => sql !== '');
  const found = await Promise.all(texts.map((text) => checkText(content, text, parameterNames)));
  return found.flat();
}

import { quoteIdentifier, quoteLiteral } from './quote.js';
import { scanSql } from './parser.js';
import { splice, type Replacement } from './splice.js';

/** A parameter in SQL text: `:'name'` stands for a literal, `:"name"` for an identifier. */
export interface SqlParameter {
  readonly name: string;
  readonly form: 'literal' | 'identifier';
  /** The index of its colon. */
  readonly offset: number;
  /** The index behind its closing quote. */
  readonly end: number;
}

const QUOTED_NAME = /^(?:'(\w+)'|"(\w+)")$/;

/**
 * Lists the parameters of an SQL text, in order. Strings, comments, dollar quotes and `::` casts
 * hold none: the text is split by PostgreSQL's own scanner.
 */
export async function listSqlParameters(sql: string): Promise<readonly SqlParameter[]> {
  if (!/:['"]/.test(sql)) return [];
  const tokens = await scanSql(sql);
  return tokens.flatMap((token, index): SqlParameter[] => {
    const colon = tokens[index - 1];
    if (colon?.text !== ':' || colon.end !== token.start) return [];
    const match = QUOTED_NAME.exec(token.text);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return [];
    const form = match?.[1] === undefined ? 'identifier' : 'literal';
    return [{ name, form, offset: colon.start, end: token.end }];
  });
}

/**
 * Puts values in, quoted. A space goes before each that has none, so that `'a':'b'` or `U&:"b"`
 * cannot run together into one token that reads otherwise. A name without a value stays as it stands.
 */
export async function substituteSqlParameters(
  sql: string,
  values: Readonly<Record<string, string | number | boolean>>,
): Promise<string> {
  return splice(sql, await parameterValues(sql, values));
}

/** The parameters of a text that have a value, and the values. */
export async function parameterValues(
  sql: string,
  values: Readonly<Record<string, string | number | boolean>>,
): Promise<readonly Replacement[]> {
  const parameters = await listSqlParameters(sql);
  return parameters.flatMap(({ name, form, offset, end }) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return [];
    const quote = form === 'literal' ? quoteLiteral : quoteIdentifier;
    const gap = /^$|\s/.test(sql.slice(Math.max(offset - 1, 0), offset)) ? '' : ' ';
    return [{ start: offset, end, text: gap + quote(String(value)).trimStart() }];
  });
}

/** The text as the parser can read it, every index unchanged: `:'name'` becomes ` 'name'`. */
export function blankSqlParameters(sql: string, parameters: readonly SqlParameter[]): string {
  return splice(
    sql,
    parameters.map(({ offset }) => ({ start: offset, end: offset + 1, text: ' ' })),
  );
}

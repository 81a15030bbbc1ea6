import type * as PgQuery from 'libpg-query';
import { findDeepToken, MAX_NESTING } from './nesting.js';
import { byteOffsetReader, codePointIndex } from './offsets.js';
import { MAX_READING_COST, READS_LONG, readingCost } from './reading-cost.js';

/** One statement of PostgreSQL's own parse tree: its node's name, like `VacuumStmt`, and its fields. */
export interface SqlStatement {
  readonly type: string;
  readonly node: Readonly<Record<string, unknown>>;
  /** Where it begins, as an index into the text. */
  readonly offset: number;
}

export interface SqlSyntaxError {
  readonly message: string;
  /** Where the parser stopped, as an index into the text. */
  readonly offset: number;
}

export type ParsedSql =
  | { readonly ok: true; readonly statements: readonly SqlStatement[] }
  | { readonly ok: false; readonly error: SqlSyntaxError };

export interface SqlToken {
  readonly name: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Compiling the parser takes some 90 ms, which a command that reads no SQL should not pay. */
async function library(): Promise<typeof PgQuery> {
  loaded ??= import('libpg-query').then(async (module) => {
    await module.loadModule();
    return module;
  });
  return loaded;
}

let loaded: Promise<typeof PgQuery> | undefined;

/** NUL ends the text for the parser, and it crashes on an empty one. */
function unreadable(sql: string): SqlSyntaxError | undefined {
  const nul = sql.indexOf('\0');
  if (nul >= 0) return { message: 'NUL is not allowed in SQL', offset: nul };
  if (sql.trim() === '') return { message: 'there is no SQL here', offset: 0 };
  if (readingCost(sql) <= MAX_READING_COST) return undefined;
  return { message: READS_LONG, offset: 0 };
}

/** No shorter text nests deeper than it may. */
async function nestsTooDeep(sql: string): Promise<SqlSyntaxError | undefined> {
  const deep = sql.length > MAX_NESTING ? findDeepToken(await scanSql(sql)) : undefined;
  return deep && { message: 'it nests too deeply', offset: deep.start };
}

function syntaxError(sql: string, error: unknown): SqlSyntaxError {
  const details = (error as { sqlDetails?: { message: string; cursorPosition: number } })
    .sqlDetails;
  if (details === undefined) throw error;
  const count = details.cursorPosition;
  return { message: details.message, offset: count < 0 ? 0 : codePointIndex(sql, count) };
}

/** Parses SQL with PostgreSQL's own parser. Only grammar is known: no table or function is looked up. */
export async function parseSql(sql: string): Promise<ParsedSql> {
  const refused = unreadable(sql) ?? (await nestsTooDeep(sql));
  if (refused !== undefined) return { ok: false, error: refused };
  const { parseSync } = await library();
  try {
    const toIndex = byteOffsetReader(sql);
    const statements = (parseSync(sql).stmts ?? []).flatMap((raw) =>
      Object.entries(raw.stmt ?? {}).map(([type, node]) => ({
        type,
        node: node as Record<string, unknown>,
        offset: toIndex(raw.stmt_location ?? 0),
      })),
    );
    return { ok: true, statements };
  } catch (error) {
    return { ok: false, error: syntaxError(sql, error) };
  }
}

/** Splits SQL into tokens, comments included. A text that has none, or cannot be split, gives none. */
export async function scanSql(sql: string): Promise<readonly SqlToken[]> {
  if (unreadable(sql) !== undefined) return [];
  const { scanSync } = await library();
  try {
    const toIndex = byteOffsetReader(sql);
    return scanSync(sql).tokens.map((token) => {
      const [start, end] = [toIndex(token.start), toIndex(token.end)];
      return { name: token.tokenName, text: sql.slice(start, end), start, end };
    });
  } catch {
    // The library reports a bad token as an answer that is no JSON; parseSql tells what is wrong.
    return [];
  }
}

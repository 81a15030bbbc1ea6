import { countable, type Countable } from './countable.js';
import { parseSql } from './parser.js';

/** One statement of a string. */
export interface Piece {
  /** Comments and semicolon included, so that together the pieces are the string. */
  readonly sql: string;
  readonly countable: Countable | undefined;
}

/** The statements of a string. One that cannot be parsed is one piece. */
export async function splitStatements(sql: string): Promise<readonly Piece[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok || parsed.statements.length === 0) return [{ sql, countable: undefined }];
  const cuts = parsed.statements.map(({ offset }, index) => (index === 0 ? 0 : offset));
  return parsed.statements.map((statement, index) => ({
    sql: sql.slice(cuts[index], cuts[index + 1]),
    countable: countable(statement),
  }));
}

/**
 * Puts a command without effect between statements. pg_background runs a string's statements
 * without making the writes of one visible to the next (no CommandCounterIncrement): of two UPDATEs
 * of one row the second is lost, silently. PostgreSQL itself does it after every utility command.
 */
export function separateStatements(statements: readonly string[]): string {
  const [first = '', ...others] = statements;
  if (others.length === 0) return first;
  const parts = others.map(
    (statement, index) =>
      `SET LOCAL pg_runbook.statement = ${String(index + 2)};\n${statement.trimStart()}`,
  );
  return `${first.trimEnd()}\n${parts.join('')}`;
}

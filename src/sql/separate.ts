import { parseSql } from './parser.js';

/**
 * The texts of the statements of a string, comments and semicolons included, so that together they are
 * the string. One that cannot be parsed is one piece.
 */
export async function splitStatements(sql: string): Promise<readonly string[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok || parsed.statements.length < 2) return [sql];
  const cuts = parsed.statements.map(({ offset }, index) => (index === 0 ? 0 : offset));
  return cuts.map((cut, index) => sql.slice(cut, cuts[index + 1]));
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

import { parseSql } from './parser.js';
import { splice, type Replacement } from './splice.js';

/**
 * Puts a command without effect between statements. pg_background runs a string's statements
 * without making the writes of one visible to the next (no CommandCounterIncrement): of two UPDATEs
 * of one row the second is lost, silently. PostgreSQL itself does it after every utility command.
 * Text that cannot be parsed, and a single statement, stay as they are.
 */
export async function separateStatements(sql: string): Promise<string> {
  return splice(sql, await separators(sql));
}

/** True for the command that separates two statements. */
export const isSeparator = (statement: string): boolean =>
  /^\s*SET LOCAL pg_runbook\.statement = \d+;?\s*$/.test(statement);

/** What is put between the statements of a text, in place of the white space there. */
export async function separators(sql: string): Promise<readonly Replacement[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return [];
  return parsed.statements.slice(1).map(({ offset }, index) => {
    const start = index === 0 ? sql.slice(0, offset).trimEnd().length : offset;
    const rest = sql.slice(offset);
    const end = offset + rest.length - rest.trimStart().length;
    const newline = index === 0 ? '\n' : '';
    return {
      start,
      end,
      text: `${newline}SET LOCAL pg_runbook.statement = ${String(index + 2)};\n`,
    };
  });
}

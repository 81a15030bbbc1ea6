import { parseSql } from './parser.js';

/**
 * Puts a command without effect between statements. pg_background runs a string's statements
 * without making the writes of one visible to the next (no CommandCounterIncrement): of two UPDATEs
 * of one row the second is lost, silently. PostgreSQL itself does it after every utility command.
 * Text that cannot be parsed, and a single statement, stay as they are.
 */
export async function separateStatements(sql: string): Promise<string> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return sql;
  const [first, ...others] = parsed.statements;
  if (first === undefined || others.length === 0) return sql;
  const cuts = [...others.map(({ offset }) => offset), sql.length];
  const parts = others.map(({ offset }, index) => {
    const statement = sql.slice(offset, cuts[index + 1]).trimStart();
    return `SET LOCAL pg_runbook.statement = ${String(index + 2)};\n${statement}`;
  });
  return `${sql.slice(0, cuts[0]).trimEnd()}\n${parts.join('')}`;
}

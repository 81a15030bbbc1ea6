import utils from 'pg/lib/utils.js';
import { RunbookError } from '../errors.js';
import { isUnprintable } from '../model/printable.js';

/** node-postgres lets NUL through; the server would cut the statement there. */
function refuseNul(text: string, what: string): void {
  if (!text.includes('\0')) return;
  throw new RunbookError(
    'invalid_runbook',
    `${what} holds a NUL byte, which PostgreSQL cannot store`,
    {
      hint: 'Remove the NUL byte.',
    },
  );
}

/** Writes a name as an SQL identifier. It always quotes, so case and keywords need no thought. */
export function quoteIdentifier(name: string): string {
  refuseNul(name, 'a name');
  return utils.escapeIdentifier(name);
}

/** Writes a text as an SQL literal; with a backslash in it, as ` E'…'`, space included. */
export function quoteLiteral(text: string): string {
  refuseNul(text, 'a value');
  return utils.escapeLiteral(text);
}

/**
 * Writes the quoted identifiers of a text so that it can be looked at, and means the same: a character that does
 * not show as it is becomes an escape of PostgreSQL's. Nothing else in the text may have double quotes.
 */
export function showIdentifiers(sql: string): string {
  return sql.replaceAll(/"(?:[^"]|"")*"/g, (name) => {
    if (!isUnprintable(name)) return name;
    const escaped = name
      .replaceAll('\\', String.raw`\\`)
      .replaceAll(/./gsu, (char) =>
        isUnprintable(char) ? escapeOf(char.codePointAt(0) ?? 0) : char,
      );
    return `U&${escaped}`;
  });
}

function escapeOf(codePoint: number): string {
  return String.raw`\+${codePoint.toString(16).toUpperCase().padStart(6, '0')}`;
}

/** Writes `"schema"."name"`. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Writes a text as a dollar-quoted literal, which stays readable whatever quotes are in it. */
export function quoteDollar(text: string, tag: string): string {
  refuseNul(text, 'a value');
  let quote = `$${tag}$`;
  for (let i = 2; text.includes(quote); i += 1) quote = `$${tag}${String(i)}$`;
  return quote + text + quote;
}

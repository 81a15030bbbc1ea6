import { scanSql } from './parser.js';

/** What stands before a statement of PL/pgSQL. */
const BEFORE = new Set([';', 'begin', 'then', 'else', 'loop']);
const AFTER = new Set([';', 'and']);

/** COMMIT and ROLLBACK as statements, not within strings, comments or names. */
async function plpgsqlCommits(source: string): Promise<boolean> {
  const tokens = (await scanSql(source)).filter(({ name }) => !name.endsWith('COMMENT'));
  const words = tokens.map(({ text }) => text.toLowerCase());
  return words.some(
    (word, i) =>
      (word === 'commit' || word === 'rollback') &&
      BEFORE.has(words[i - 1] ?? '') &&
      AFTER.has(words[i + 1] ?? ''),
  );
}

/** Calls by which other languages end a transaction. SQL and C are not among them: one cannot, the other is not shown. */
const CALLS: Readonly<Record<string, RegExp>> = {
  plpython3u: /\bplpy\.(?:commit|rollback)\s*\(/,
  plperl: /\bspi_(?:commit|rollback)\b/,
  plperlu: /\bspi_(?:commit|rollback)\b/,
  pltcl: /(?:^|[;[{\n])\s*(?:commit|rollback)\b/,
  pltclu: /(?:^|[;[{\n])\s*(?:commit|rollback)\b/,
};

/** Whether the body of a procedure has statements that end its transaction; whether they are reached, nobody knows. */
export async function bodyCommits(language: string, source: string): Promise<boolean> {
  if (language === 'plpgsql') return plpgsqlCommits(source);
  return Object.hasOwn(CALLS, language) && CALLS[language]?.test(source) === true;
}

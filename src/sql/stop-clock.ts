import { scanSql, type SqlToken } from './parser.js';

/** The setting that holds the moment when a step began, in workers that walk a table in batches. */
export const BEGUN_AT_SETTING = 'pg_runbook.begun_at';

const BEGUN_AT = `pg_catalog.current_setting('${BEGUN_AT_SETTING}')::timestamptz`;

/** What stands for a moment of the running transaction, as SQL's own words have it. */
const WORDS: Readonly<Record<string, string>> = {
  current_timestamp: BEGUN_AT,
  current_date: `${BEGUN_AT}::date`,
  localtimestamp: `${BEGUN_AT}::timestamp`,
};
const FUNCTIONS = ['now', 'transaction_timestamp'];

/** `current_timestamp(3)`: rounded further than the moment is kept, it would make no difference. */
function precisionAt(tokens: readonly SqlToken[], index: number): { end?: number } {
  const [open, digits, close] = tokens.slice(index, index + 3);
  const isPrecision = open?.text === '(' && /^\d$/.test(digits?.text ?? '') && close?.text === ')';
  return isPrecision ? { end: close.end } : {};
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function replacementAt(tokens: readonly SqlToken[], index: number): Replacement | undefined {
  const token = tokens[index];
  if (token === undefined) return undefined;
  const { start, end } = token;
  const name = token.text.toLowerCase();
  const [open, close] = [tokens[index + 1], tokens[index + 2]];
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (word !== undefined) return { start, end, text: word, ...precisionAt(tokens, index + 1) };
  if (!FUNCTIONS.includes(name) || open?.text !== '(' || close?.text !== ')') return undefined;
  const [schema, dot] = [tokens[index - 2], tokens[index - 1]];
  if (dot?.text !== '.') return { start, end: close.end, text: BEGUN_AT };
  if (schema?.text.toLowerCase() !== 'pg_catalog') return undefined;
  return { start: schema.start, end: close.end, text: BEGUN_AT };
}

/**
 * Lets the clock of a condition stand still at the moment when its step began. Batches are
 * transactions of their own, so that `created_at < now() - interval '90 days'` would match ever more
 * rows, and a walk could never prove that none is left.
 */
export async function stopClock(condition: string): Promise<string> {
  const tokens = await scanSql(condition);
  const found = tokens.flatMap((_token, index) => replacementAt(tokens, index) ?? []);
  const pieces = found.map(
    ({ start, text }, index) => condition.slice(found[index - 1]?.end ?? 0, start) + text,
  );
  return pieces.join('') + condition.slice(found.at(-1)?.end ?? 0);
}

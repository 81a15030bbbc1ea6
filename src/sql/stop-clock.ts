import { scanSql, type SqlToken } from './parser.js';
import { splice, type Replacement } from './splice.js';

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
  return splice(condition, await clockWords(condition));
}

/** The words of a condition that mean the clock, and what stands for them. */
export async function clockWords(condition: string): Promise<readonly Replacement[]> {
  const tokens = await scanSql(condition);
  return tokens.flatMap((_token, index) => replacementAt(tokens, index) ?? []);
}

import type { Parameters } from '../model/runbook.js';
import { parameterValues } from '../sql/parameters.js';
import { offsetBefore, splice, type Replacement } from '../sql/splice.js';
import { clockWords } from '../sql/stop-clock.js';
import type { Path } from './diagnostic.js';
import { sqlTexts, type SqlText } from './sql-texts.js';

/**
 * The index in an SQL text as the file has it, of one in the text that is sent.
 * @returns undefined where there is no SQL text.
 */
export async function authoredOffset(
  root: unknown,
  path: Path,
  values: Parameters,
  offset: number,
): Promise<number | undefined> {
  const place = path.join('/');
  const text = sqlTexts(root).find((one) => one.path.join('/') === place);
  if (text === undefined) return undefined;
  const parameters = await parameterValues(text.sql, values);
  const more = await insertedInto(text, splice(text.sql, parameters));
  return offsetBefore(parameters, offsetBefore(more, offset));
}

/** What is changed in a text once its parameters were put in. */
async function insertedInto({ path }: SqlText, sql: string): Promise<readonly Replacement[]> {
  return path.at(-1) === 'where' ? clockWords(sql) : [];
}

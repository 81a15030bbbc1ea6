/** What PostgreSQL's scanner takes for one operator, or the beginning of a comment, at first sight. */
const OPERATORS = /[~!@#^&|`?+\-*/%<>=]{100,}/g;

/** Each of them makes the scanner begin anew within such a run. */
const AGAIN = /\/\*|[+-]/g;

/** What is wrong with a text that costs more. */
export const READS_LONG = 'too many operators and beginnings of comments stand in a row';

/** Some tenth of a second. */
export const MAX_READING_COST = 20_000_000;

/**
 * How many characters PostgreSQL's scanner reads more than once, about: at each `/*` it takes a whole run of
 * operator characters and gives all but two back, so that 200 kB of it take minutes.
 */
export function readingCost(sql: string): number {
  let cost = 0;
  for (const [run] of sql.matchAll(OPERATORS)) {
    cost += run.length * (run.startsWith('--') ? 1 : [...run.matchAll(AGAIN)].length);
  }
  return cost;
}

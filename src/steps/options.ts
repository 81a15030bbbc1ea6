import { RunbookError } from '../errors.js';
import type { ServerInfo } from '../postgres/server.js';
import { quoteLiteral } from '../sql/quote.js';

type OptionValue = string | number | boolean | undefined;

/** `(ANALYZE, PARALLEL 2)`, or nothing without options. True stands alone, as PostgreSQL allows. */
export function renderOptions(options: Readonly<Record<string, OptionValue>>): string {
  const parts = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const keyword = name.toUpperCase();
    return value === true ? [keyword] : [`${keyword} ${renderValue(value)}`];
  });
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function renderValue(value: string | number | boolean): string {
  if (typeof value === 'string') return quoteLiteral(value);
  return typeof value === 'number' ? String(value) : 'FALSE';
}

/**
 * Refuses options that the server does not know.
 * @param since the first version of each option that is not older than PostgreSQL 14.
 */
export function requireOptions(
  command: string,
  options: Readonly<Record<string, OptionValue>>,
  since: Readonly<Record<string, number>>,
  server: ServerInfo,
): void {
  for (const [name, version] of Object.entries(since)) {
    if (options[name] === undefined || server.versionNumber >= version * 10_000) continue;
    throw new RunbookError(
      'option_not_supported',
      `${command} has no option ${name} on PostgreSQL ${server.version}`,
      { hint: `It came with PostgreSQL ${String(version)}: leave it out here.` },
    );
  }
}

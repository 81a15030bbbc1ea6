import { quoteIdentifier } from '../../sql/quote.js';
import type { BackgroundDialect } from './dialect.js';

/** The functions without which this dialect cannot work. */
export const CANONICAL_FUNCTIONS = [
  'pg_background_launch',
  'pg_background_list',
  'pg_background_detach',
  'pg_background_cancel',
  'pg_background_result',
  'pg_background_result_info',
  'pg_background_error_info',
];

/** pg_background 2.x: names without a suffix. */
export function canonicalDialect(schema: string): BackgroundDialect {
  const fn = (name: string, ...args: string[]): string =>
    `${quoteIdentifier(schema)}.pg_background_${name}(${args.join(', ')})`;
  return {
    name: '2.x',
    cancelsUnseen: true,
    launch: (sql, queueSize, label) => fn('launch', sql, queueSize, label),
    list: () => `${quoteIdentifier(schema)}.pg_background_list`,
    detach: (pid, cookie) => fn('detach', pid, cookie),
    cancel: (pid, cookie) => fn('cancel', pid, cookie, '0'),
    result: (pid, cookie) => `${fn('result', pid, cookie)} AS (r text)`,
    resultInfo: (pid, cookie) => fn('result_info', pid, cookie),
    errorInfo: (pid, cookie) => fn('error_info', pid, cookie),
  };
}

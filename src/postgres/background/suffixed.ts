import { quoteIdentifier } from '../../sql/quote.js';
import type { BackgroundDialect } from './dialect.js';

/** The functions without which this dialect cannot work. */
export const SUFFIXED_FUNCTIONS = [
  'pg_background_launch_v2',
  'pg_background_list_v2',
  'pg_background_detach_v2',
  'pg_background_cancel_v2',
  'pg_background_result_v2',
];

/** Those that tell the outcome: from 1.9. */
export const SUFFIXED_INFOS = ['pg_background_result_info_v2', 'pg_background_error_info_v2'];

/** What the minor versions of 1.x differ in. */
export interface SuffixedAbilities {
  /** `launch_v2` takes a label: from 1.9. */
  readonly label: boolean;
  /** `list_v2` has a label column: from 1.9. */
  readonly listsLabel: boolean;
  /** `result_info_v2` and `error_info_v2`: from 1.9. */
  readonly infos: boolean;
}

const LIST_COLUMNS =
  'pid int4, cookie int8, launched_at timestamptz, user_id oid, queue_size int4, ' +
  'state text, sql_preview text, last_error text, consumed bool';

/** pg_background 1.8 – 1.10: the `_v2` names. The v1 API, whose handle is a bare PID, is never used. */
export function suffixedDialect(schema: string, abilities: SuffixedAbilities): BackgroundDialect {
  const fn = (name: string, ...args: string[]): string =>
    `${quoteIdentifier(schema)}.pg_background_${name}_v2(${args.join(', ')})`;
  const columns = LIST_COLUMNS + (abilities.listsLabel ? ', label text' : '');
  return {
    name: '1.x',
    cancelsUnseen: false,
    launch: (sql, queueSize, label) =>
      fn('launch', sql, queueSize, ...(abilities.label ? [label] : [])),
    list: () => `${fn('list')} AS (${columns})`,
    detach: (pid, cookie) => fn('detach', pid, cookie),
    cancel: (pid, cookie) => fn('cancel', pid, cookie),
    result: (pid, cookie) => `${fn('result', pid, cookie)} AS (r text)`,
    ...(abilities.infos
      ? {
          resultInfo: (pid: string, cookie: string) => fn('result_info', pid, cookie),
          errorInfo: (pid: string, cookie: string) => fn('error_info', pid, cookie),
        }
      : {}),
  };
}

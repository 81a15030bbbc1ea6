import type { TestDatabase } from '../../support/database.js';

interface Setting {
  readonly name: string;
  readonly vartype: string;
  readonly setting: string;
  readonly unit: string | null;
  readonly min_val: string | null;
  readonly max_val: string | null;
  readonly enumvals: readonly string[] | null;
}

/** Texts have no range to choose from. */
const TEXTS: Readonly<Record<string, string>> = {
  application_name: 'somebody',
  backtrace_functions: 'ExecScan',
  client_encoding: 'SJIS',
  createrole_self_grant: 'set',
  DateStyle: 'German',
  default_text_search_config: 'pg_catalog.german',
  dynamic_library_path: '$libdir:/nowhere',
  extension_control_path: '$system:/nowhere',
  lc_messages: 'POSIX',
  lc_monetary: 'POSIX',
  lc_numeric: 'POSIX',
  lc_time: 'POSIX',
  'plpgsql.extra_errors': 'all',
  'plpgsql.extra_warnings': 'all',
  restrict_nonsystem_relation_kind: 'view',
  search_path: 'app, public, pg_catalog',
  session_preload_libraries: 'auto_explain',
  TimeZone: 'Asia/Kathmandu',
  timezone_abbreviations: 'Australia',
  wal_consistency_checking: 'heap',
};

/** Settings whose difference is what they are there for. */
export const PURPOSES: Readonly<Record<string, string>> = {
  default_transaction_read_only:
    'Workers are the role’s own transactions: what writes fails, and says so.',
  track_counts: 'Without counters nothing could be proven: refused by name.',
};

/** Those that have no other value on a machine for tests. */
export const UNTRIED: Readonly<Record<string, string>> = {
  default_table_access_method: 'there is one',
  default_tablespace: 'there is one',
  temp_tablespaces: 'there is one',
  local_preload_libraries: 'there is none',
  output_plugin_libraries: 'nothing here decodes',
  debug_discard_caches: 'the server was built without it',
};

/** Of a transaction, and not of a session that begins. */
const OF_A_TRANSACTION = [
  'transaction_deferrable',
  'transaction_isolation',
  'transaction_read_only',
];

/** Less than the runbook's longest statement takes. */
const SHORT_TIME = { ms: '100', s: '1', min: '1' } as const;

/** A value that is not the one at hand, as SQL; undefined where the machine has none. */
function otherValue(setting: Setting): string | undefined {
  const { name, vartype, setting: now, unit, min_val: min, max_val: max, enumvals } = setting;
  if (vartype === 'bool') return now === 'on' ? 'off' : 'on';
  if (vartype === 'enum') return `'${enumvals?.find((value) => value !== now) ?? ''}'`;
  if (vartype === 'string') return Object.hasOwn(TEXTS, name) ? list(TEXTS[name] ?? '') : undefined;
  if (now === '0' && unit !== null && unit in SHORT_TIME) {
    return SHORT_TIME[unit as keyof typeof SHORT_TIME];
  }
  if (min !== null && Number(min) !== Number(now)) return `'${min}'`;
  return Number(max) === Number(now) ? undefined : `'${String(Math.min(Number(max), 7))}'`;
}

const list = (text: string): string =>
  text
    .split(', ')
    .map((one) => `'${one}'`)
    .join(', ');

/** A setting with the value that it has not. */
export interface Changed {
  readonly name: string;
  readonly value: string;
}

/**
 * Settings that a database may have, those of the extensions that are used included, each with another
 * value.
 * @throws for one without another value that is not named above: a newer server may have more.
 */
export async function readChanged(db: TestDatabase): Promise<Changed[]> {
  const client = await db.connect();
  await client.query(`load 'pg_background'; load 'plpgsql'`);
  const { rows } = await client.query<Setting>(
    `select name, vartype, setting, unit, min_val, max_val, enumvals from pg_settings
      where context in ('user', 'superuser') and name <> all ($1) order by name`,
    [OF_A_TRANSACTION],
  );
  return rows.flatMap((setting) => {
    const { name } = setting;
    const value = otherValue(setting);
    if (value !== undefined) return [{ name, value }];
    if (Object.hasOwn(UNTRIED, name)) return [];
    throw new Error(`what is another value of the setting ${name}?`);
  });
}

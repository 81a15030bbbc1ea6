import type { Settings } from './runbook.js';
import { catalogFirst } from './search-path.js';

/**
 * How the server reads the text of SQL. They hold in our sessions and in workers, and no runbook sets
 * them: what was validated must be what is executed, and one statement must not become several.
 */
export const READING: Settings = {
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  escape_string_warning: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
};

/**
 * What client_encoding our sessions have, and the workers that inherit it. This process reads and writes UTF-8. A server
 * with SQL_ASCII knows no encoding and may hold any bytes: asked to check that they are UTF-8, it would refuse to hand out
 * one message, and with it all others of the same look.
 */
export function clientEncoding(serverEncoding: string | undefined): string {
  return serverEncoding === 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8';
}

/**
 * How values and names are written. They hold in our own sessions, since we read back what the server
 * writes; a worker's SQL is the user's, and writes as the role's sessions do.
 */
export const WRITING: Settings = {
  // The order of day and month stays the role's: it also says how a date is read.
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
};

/** Timeouts that every supported version knows. */
const OLD_TIMEOUTS: Settings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/**
 * A role's or database's timeout must not end a session that waits for its workers, nor a worker:
 * sessions set those that they need, and workers get those that the plan shows.
 */
export const NO_TIMEOUTS: Settings = {
  ...OLD_TIMEOUTS,
  transaction_timeout: '0',
  idle_session_timeout: '0',
};

/**
 * Without these, sessions and workers fail: an error must not end the session, views must be readable,
 * and REFRESH CONCURRENTLY puts quoted names together. Workers inherit them.
 */
export const WORKABLE: Settings = {
  exit_on_error: 'off',
  restrict_nonsystem_relation_kind: '',
  quote_all_identifiers: 'off',
};

/** How our own transactions begin. */
const TRANSACTIONS: Settings = {
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
};

/**
 * When this host is gone, the server must notice and end the session: it may have claims or rows locked. Within a
 * transaction it never waits for us.
 */
export const DEAD_PEERS: Settings = {
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
  idle_in_transaction_session_timeout: '1min',
};

/** Of a session that asks and records, and whose settings no worker inherits. */
export const OWN_SESSION: Settings = {
  ...NO_TIMEOUTS,
  ...DEAD_PEERS,
  ...WORKABLE,
  ...WRITING,
  ...TRANSACTIONS,
  jit: 'off',
  // Less would have looks at the catalogs spill to disk, beyond a temp_file_limit perhaps.
  work_mem: '4MB',
  // Advice to whoever writes functions; as errors it would keep those of the ledger from being made.
  'plpgsql.extra_errors': 'none',
  'plpgsql.extra_warnings': 'none',
};

/**
 * Nothing but PostgreSQL's own functions and operators: with a search_path that others may create
 * objects in, a call of ours could end in a function of theirs (CVE-2018-1058).
 */
export const SAFE_SEARCH_PATH = 'pg_catalog, pg_temp';

/** The core's statements are the same in each call; by default each would be planned anew five times in a session. */
export const PLANNED_ONCE: Settings = { plan_cache_mode: 'force_generic_plan' };

/** What a supervisor works under, whatever the role and the step have: it launches others' settings. */
export const SUPERVISOR_SETTINGS: Settings = {
  ...OLD_TIMEOUTS,
  ...TRANSACTIONS,
  ...PLANNED_ONCE,
  // The rest of how values are written stays the role's: guards are asked here, too.
  DateStyle: 'ISO',
  search_path: SAFE_SEARCH_PATH,
  lock_timeout: '60s',
  synchronous_commit: 'local',
  client_min_messages: 'error',
};

/** Whether a runbook may not set it, because the server would read SQL otherwise. */
export function isReadingSetting(name: string): boolean {
  return Object.hasOwn(READING, name.toLowerCase()) || name.toLowerCase() === 'client_encoding';
}

/**
 * Settings with those of {@link READING}, whatever their own say, in capitals too; and PostgreSQL's names come first.
 * client_encoding is left to the session: a worker inherits it.
 */
export function withReading(settings: Settings): Settings {
  const others = Object.entries(settings)
    .filter(([name]) => !isReadingSetting(name))
    .map(([name, value]) => [
      name,
      name.toLowerCase() === 'search_path' ? catalogFirst(value) : value,
    ]);
  return { ...(Object.fromEntries(others) as Settings), ...READING };
}

/**
 * pg_background has a timeout of its own, which comes before statement_timeout where a role or a database has set it; and
 * newer versions of it hold statement_timeout for each command of a worker instead of for all of them.
 */
export function withWorkerTimeouts(settings: Settings): Settings {
  return {
    // The launching session has one; a worker has those timeouts alone that the plan shows.
    idle_in_transaction_session_timeout: '0',
    ...settings,
    'pg_background.worker_timeout': settings['statement_timeout'] ?? '0',
  };
}

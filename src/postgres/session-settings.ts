import type { Session } from './session.js';

/**
 * Nothing but PostgreSQL's own functions and operators: with a search_path that others may create
 * objects in, a call of ours could end in a function of theirs (CVE-2018-1058).
 */
const SAFE_SEARCH_PATH = 'pg_catalog, pg_temp';

const NO_TIMEOUTS_OF_ALL_VERSIONS = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/** A role's or database's own timeouts must not end a session that waits for its workers. */
export const NO_TIMEOUTS = {
  ...NO_TIMEOUTS_OF_ALL_VERSIONS,
  transaction_timeout: '0',
  idle_session_timeout: '0',
};

/** What our own queries rely on, whatever a role or a database has for default. */
export const PLAIN_TRANSACTIONS = {
  DateStyle: 'ISO',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  jit: 'off',
};

/** What a supervisor works under, whatever the role and the step have: it launches others' settings. */
export const SUPERVISOR_SETTINGS = {
  ...NO_TIMEOUTS_OF_ALL_VERSIONS,
  search_path: SAFE_SEARCH_PATH,
  lock_timeout: '60s',
  synchronous_commit: 'local',
  client_min_messages: 'error',
  DateStyle: 'ISO',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
};

/** Sets the session's search_path and those of the given settings that the server's version knows. */
export async function applySettings(
  session: Session,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await session.query(`SET search_path = ${SAFE_SEARCH_PATH}`);
  await session.query(
    `SELECT set_config(v.key, v.value, false)
       FROM jsonb_each_text($1) v WHERE current_setting(v.key, true) IS NOT NULL`,
    [JSON.stringify(settings)],
  );
}

/**
 * Makes the session's commits survive a crash of the server where its defaults would not: under
 * `synchronous_commit = off` a worker could live on without the record from before its launch.
 */
export async function commitDurably(session: Session): Promise<void> {
  await session.query(
    `SELECT set_config('synchronous_commit', 'local', false)
      WHERE current_setting('synchronous_commit') = 'off'`,
  );
}

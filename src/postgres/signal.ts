import type { WorkerIdentity } from '../model/identity.js';
import type { Queryable } from './session.js';

/** `a.backend_start` to the microsecond, whatever the session's DateStyle and TimeZone. */
export const BACKEND_START = `pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * Ends a session of our own whose connection is lost: the server may not have noticed, and then it
 * keeps its locks, and may still carry out what it was sent.
 * @returns true once it is gone.
 */
export async function endLostSession(db: Queryable, session: WorkerIdentity): Promise<boolean> {
  const rows = await db.query(
    `SELECT pg_catalog.pg_terminate_backend(a.pid)
       FROM pg_catalog.pg_stat_activity a
      WHERE a.pid = $1 AND a.backend_start = $2::timestamptz AND a.application_name = $3
        AND a.backend_type = 'client backend'`,
    [session.pid, session.backendStart, session.applicationName],
  );
  return rows.length === 0;
}

/**
 * Ends this role's processes, sessions and workers, in a database that was made for nobody else: there
 * a name tells whose they are. Who they are is read in the statement that signals.
 * @param prefix of their application_names.
 * @returns how many got the signal.
 */
export async function endOwnProcesses(
  db: Queryable,
  database: string,
  prefix: string,
): Promise<number> {
  const rows = await db.query<{ sent: boolean }>(
    `SELECT pg_catalog.pg_terminate_backend(a.pid) AS sent
       FROM pg_catalog.pg_stat_activity a
      WHERE a.datname = $1 AND a.usename = session_user AND starts_with(a.application_name, $2)
        AND a.backend_type IN ('client backend', 'pg_background')
        AND a.pid <> pg_catalog.pg_backend_pid()`,
    [database, prefix],
  );
  return rows.filter((row) => row.sent).length;
}

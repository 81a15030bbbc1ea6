import type { WorkerIdentity } from '../model/identity.js';
import type { Queryable } from './session.js';

/** `a.backend_start` to the microsecond, whatever the session's DateStyle and TimeZone. */
export const BACKEND_START = `pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * Cancels the worker's statement with pg_cancel_backend, if the process with that PID is still this
 * very worker. The identity is read in the statement that signals, so that a PID that PostgreSQL has
 * given to somebody else meanwhile is never touched.
 * @returns true when a signal was sent.
 */
export async function cancelWorker(db: Queryable, worker: WorkerIdentity): Promise<boolean> {
  const rows = await db.query<{ sent: boolean }>(
    `SELECT pg_catalog.pg_cancel_backend(a.pid) AS sent
       FROM pg_catalog.pg_stat_activity a
      WHERE a.pid = $1 AND a.backend_start = $2::timestamptz AND a.application_name = $3
        AND a.backend_type = 'pg_background'`,
    [worker.pid, worker.backendStart, worker.applicationName],
  );
  return rows.some((row) => row.sent);
}

/**
 * Whether the process still runs. Its application_name is not asked for, which SQL of the worker's
 * own may have changed: this only looks, and signals nobody.
 * @param backendStart undefined where it was never seen: any worker of this role with that PID may be the one.
 */
export async function isWorkerAlive(
  db: Queryable,
  pid: number | null,
  backendStart: string | undefined,
): Promise<boolean> {
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_stat_activity a
      WHERE a.pid = $1 AND a.backend_type = 'pg_background' AND a.usename = session_user
        AND ($2::timestamptz IS NULL OR a.backend_start = $2::timestamptz)`,
    [pid, backendStart ?? null],
  );
  return rows.length > 0;
}

/**
 * The live workers of this role with one of these application_names: pid, backend_start and name. Anybody may
 * give a session such a name.
 */
export async function findWorkers(
  db: Queryable,
  names: readonly string[],
): Promise<WorkerIdentity[]> {
  const rows = await db.query<{ pid: number; backend_start: string; application_name: string }>(
    `SELECT a.pid, ${BACKEND_START} AS backend_start, a.application_name
       FROM pg_catalog.pg_stat_activity a
      WHERE a.backend_type = 'pg_background' AND a.usename = session_user
        AND a.application_name = ANY ($1::text[])`,
    [names],
  );
  return rows.map((row) => ({
    pid: row.pid,
    backendStart: row.backend_start,
    applicationName: row.application_name,
  }));
}

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

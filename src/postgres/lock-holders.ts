import { listSome } from '../model/phrases.js';
import { hasSqlState, SQLSTATE } from './errors.js';
import type { Queryable, Row } from './session.js';
import { TrialRefusal } from './trial-refusal.js';

/** For people to act on, and not a list of all that a busy server does. */
const MOST_LOCKS = 5;

/** Looks take ACCESS SHARE, and for a moment ROW EXCLUSIVE: these modes conflict with one of them. */
const STRONG_LOCKS = `
SELECT format('%s %s %s on %I.%I',
              CASE WHEN l.pid IS NULL THEN 'a prepared transaction'
                   ELSE format('pid %s (role %s)', l.pid, a.usename) END,
              CASE WHEN l.granted THEN 'holds' ELSE 'waits for' END,
              upper(regexp_replace(replace(l.mode, 'Lock', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')),
              n.nspname, c.relname) AS lock
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_class c ON c.oid = l.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'relation' AND l.pid IS DISTINCT FROM pg_backend_pid() AND c.relkind IN ('r', 'p', 'm')
   AND l.database IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
   AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')
 ORDER BY l.mode <> 'AccessExclusiveLock', a.xact_start NULLS FIRST, 1`;

/** The hint for a look that has met a lock. */
export const LOCKED_HINT =
  'Try again when the lock is gone, or ask its holder; of a run, `pg-runbook why` names who is in the way.';

/** True for a lock that was not given in time: of the server's own errors, and of trials. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof TrialRefusal
    ? error.sqlstate === SQLSTATE.lockNotAvailable
    : hasSqlState(error, SQLSTATE.lockNotAvailable);
}

/**
 * Says that a lock was not given in time, and which locks others have or wait for. The server does not
 * tell which it was; the session must not be in a failed transaction. Takes no lock.
 */
export async function describeLockTimeout(db: Queryable): Promise<string> {
  const locks = await db.query<Row & { lock: string }>(STRONG_LOCKS);
  const names = locks.map(({ lock }) => lock);
  const met = 'a lock of another session was not gone in time';
  return names.length === 0 ? met : `${met}; now ${listSome(names, MOST_LOCKS)}`;
}

import type { Queryable, Row } from './session.js';

/** Somebody who is in the way of a worker. */
export interface Blocker {
  /** Null for a prepared transaction, which has no process. */
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string | null;
  /** How long its transaction has been open, in ms. */
  readonly open_ms: number | null;
  readonly query: string | null;
  /** The name of a prepared transaction. */
  readonly gid?: string;
}

/** What a worker does, and what it waits for. */
export interface Holdup {
  readonly pid: number;
  readonly wait: string | null;
  readonly phase: string | null;
  /** Blocks or rows done and in all, where PostgreSQL tells. */
  readonly done: number | null;
  readonly total: number | null;
  /** As pg_locks calls the lock that it waits for; null when it waits for none. */
  readonly lock_type: string | null;
  readonly lock_wait_ms: number | null;
  readonly blockers: readonly Blocker[];
}

const BLOCKER = `jsonb_build_object('pid', b.pid, 'user', b.usename, 'application', b.application_name,
  'state', b.state, 'query', left(b.query, 200),
  'open_ms', extract(epoch FROM clock_timestamp() - coalesce(b.xact_start, b.state_change)) * 1000)`;

/**
 * What live processes do and wait for. Who is in a rebuild's way is asked of the lock manager: the progress view goes on
 * naming the session that it waited for before.
 */
export async function readHoldups(db: Queryable, pids: readonly number[]): Promise<Holdup[]> {
  return db.query<Holdup & Row>(
    `SELECT a.pid, a.wait_event_type || '/' || a.wait_event AS wait,
            coalesce(v.phase, n.phase, i.phase, c.phase) AS phase,
            coalesce(v.heap_blks_scanned, n.sample_blks_scanned, i.blocks_done, c.heap_blks_scanned)::float8 AS done,
            nullif(coalesce(v.heap_blks_total, n.sample_blks_total, i.blocks_total, c.heap_blks_total), 0)::float8 AS total,
            k.locktype AS lock_type, extract(epoch FROM clock_timestamp() - k.waitstart)::float8 * 1000 AS lock_wait_ms,
            ARRAY(SELECT ${BLOCKER} FROM pg_catalog.pg_stat_activity b
                   WHERE b.pid = ANY (pg_catalog.pg_blocking_pids(a.pid))
                   ORDER BY b.pid)
            || ARRAY(SELECT jsonb_build_object('gid', p.gid, 'user', p.owner,
                              'open_ms', extract(epoch FROM clock_timestamp() - p.prepared) * 1000)
                       FROM pg_catalog.pg_prepared_xacts p
                      WHERE p.database = current_database() AND 0 = ANY (pg_catalog.pg_blocking_pids(a.pid))
                        AND p.transaction = coalesce(k.transactionid, p.transaction)
                      ORDER BY p.gid) AS blockers
       FROM pg_catalog.pg_stat_activity a
       LEFT JOIN LATERAL (SELECT l.locktype, l.waitstart, l.transactionid FROM pg_catalog.pg_locks l
                           WHERE l.pid = a.pid AND NOT l.granted LIMIT 1) k ON a.wait_event_type = 'Lock'
       LEFT JOIN pg_catalog.pg_stat_progress_vacuum v ON v.pid = a.pid
       LEFT JOIN pg_catalog.pg_stat_progress_analyze n ON n.pid = a.pid
       LEFT JOIN pg_catalog.pg_stat_progress_create_index i ON i.pid = a.pid
       LEFT JOIN pg_catalog.pg_stat_progress_cluster c ON c.pid = a.pid
      WHERE a.pid = ANY ($1::int[])`,
    [pids],
  );
}

import type { Execution } from '../model/execution.js';
import { BUSY_CTE, JOIN_TOAST, mayMaintain, MXID_AGE, sizeOf, XID_AGE } from './relations.js';

/** SQLSTATEs of the warnings with which VACUUM and ANALYZE pass a relation by. */
const SKIP_WARNINGS = ['55P03', '42P01'];

interface Maintenance {
  /** VACUUM or ANALYZE with its options, which the names of relations follow. */
  readonly command: string;
  readonly skipLocked: boolean;
  /** An SQL condition on `before` and `after` that holds when the work was done. */
  readonly done: string;
  /** One that holds when the catalogs show what the options promise, whoever did it. */
  readonly promised?: string;
  /** An SQL expression: what should be told of work that was done; NULL for nothing. */
  readonly remark?: string;
}

/** The timeline of the server; of a standby, that it is one. */
const TIMELINE =
  "CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END";

/**
 * The evidence of VACUUM and ANALYZE: when the server last completed one, by hand and not by autovacuum, which must
 * be after the look before the launch, and what they leave behind. Counters that went up are none: another server's, after
 * a switchover, may be higher.
 */
export function maintenanceExecution(work: Maintenance, serverVersion: number): Execution {
  return {
    evidence: `WITH ${BUSY_CTE}
SELECT w.oid, format('%I.%I', n.nspname, c.relname) = w.name AS same, f.after AS facts,
       CASE WHEN ${work.done} THEN 'done' ELSE 'not_done' END AS result, ${work.promised ?? 'true'} AS promised,
       CASE WHEN ${work.done} THEN ${work.remark ?? 'NULL'} END AS reason
  FROM jsonb_to_recordset($1) w(oid bigint, name text, before jsonb)
  JOIN pg_catalog.pg_class c ON c.oid = w.oid::oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  ${JOIN_TOAST}
 CROSS JOIN LATERAL (SELECT w.before, jsonb_build_object(
       'vacuum_count', pg_stat_get_vacuum_count(c.oid),
       'toast_vacuum_count', pg_stat_get_vacuum_count(c.reltoastrelid),
       'analyze_count', pg_stat_get_analyze_count(c.oid),
       'looked_at', extract(epoch FROM clock_timestamp()),
       'last_vacuum', extract(epoch FROM pg_stat_get_last_vacuum_time(c.oid)),
       'last_toast_vacuum', extract(epoch FROM pg_stat_get_last_vacuum_time(c.reltoastrelid)),
       'last_analyze', extract(epoch FROM pg_stat_get_last_analyze_time(c.oid)),
       'timeline', ${TIMELINE},
       'oldest_xmin', pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       'frozen_xid', pg_snapshot_xmax(pg_current_snapshot())::text::bigint - age(c.relfrozenxid),
       'live_rows', pg_stat_get_live_tuples(c.oid),
       'dead_rows', pg_stat_get_dead_tuples(c.oid),
       'xid_age', ${XID_AGE}, 'mxid_age', ${MXID_AGE},
       'file_node', pg_catalog.pg_relation_filenode(c.oid)::bigint,
       'size_bytes', ${sizeOf('pg_table_size')},
       'may_maintain', ${mayMaintain('vacuum_or_analyze', serverVersion)}) AS after) f`,
    gone_sqlstate: '42P01',
    skip_warnings: SKIP_WARNINGS,
    skip_locked: work.skipLocked,
    command: work.command,
    statements: null,
  };
}

/** A fact as a number; one that is not there counts as 0. */
function fact(of: 'before' | 'after', name: string): string {
  return `coalesce((f.${of} ->> '${name}')::float8, 0)`;
}

/** A condition: something was done after the look before the launch. */
export function doneSince(name: 'last_vacuum' | 'last_toast_vacuum' | 'last_analyze'): string {
  return `${fact('after', name)} >= coalesce((f.before ->> 'looked_at')::float8, 'infinity')`;
}

/**
 * A condition: no row is older than the oldest transaction that ran before the launch, as FREEZE leaves them.
 * Transactions that were older still then may keep it from that.
 */
export const FROZEN = `${fact('after', 'frozen_xid')} >= coalesce((f.before ->> 'oldest_xmin')::float8, 'infinity')`;

/** A condition: a fact is another one than before. */
export function changed(name: string): string {
  return `f.after -> '${name}' IS DISTINCT FROM f.before -> '${name}'`;
}

/** Fewer dead rows than this are no bloat, and ordinary traffic makes them anew in no time. */
const NOTEWORTHY_ROWS = 100;

/** Rows that some snapshot may still see stay: the work was done, and brought little. */
export const UNREMOVED_ROWS = `CASE
  WHEN ${fact('before', 'dead_rows')} >= ${String(NOTEWORTHY_ROWS)}
   AND ${fact('after', 'dead_rows')} >= ${fact('before', 'dead_rows')}
  THEN concat(f.before ->> 'dead_rows', ' dead rows stay: an older snapshot sees them') END`;

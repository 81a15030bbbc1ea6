import type { Execution } from '../../model/execution.js';
import { BUSY_CTE, partitionsOf, sizeOf } from '../relations.js';

/** What a table and its partitions show: its growth, its dead rows, and what was done to it so far. */
export function walkExecution(): Execution {
  return {
    evidence: `WITH ${BUSY_CTE}
SELECT w.oid, format('%I.%I', n.nspname, t.relname) = w.name AS same, f.after AS facts,
       'not_done' AS result, NULL AS reason
  FROM jsonb_to_recordset($1) w(oid bigint, name text)
  JOIN pg_catalog.pg_class t ON t.oid = w.oid::oid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
 CROSS JOIN LATERAL (
   SELECT jsonb_build_object(
            'live_rows', sum(pg_stat_get_live_tuples(c.oid)),
            'dead_rows', sum(pg_stat_get_dead_tuples(c.oid)),
            'updated_rows', sum(pg_stat_get_tuples_updated(c.oid)),
            'hot_updated_rows', sum(pg_stat_get_tuples_hot_updated(c.oid)),
            'deleted_rows', sum(pg_stat_get_tuples_deleted(c.oid)),
            'size_bytes', sum(${sizeOf('pg_table_size')})) AS after
     FROM pg_catalog.pg_class c
    WHERE c.oid = w.oid::oid OR c.oid IN (${partitionsOf('w.oid::oid')})) f`,
    gone_sqlstate: '42P01',
    skip_warnings: null,
    skip_locked: false,
    command: null,
    statements: null,
  };
}

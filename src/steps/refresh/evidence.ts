import type { Execution } from '../../model/execution.js';
import { BUSY_CTE, sizeOf } from '../relations.js';

/** What shows of a materialized view; that it was refreshed, the marker tells and not the catalogs. */
export function refreshExecution(): Execution {
  return {
    evidence: `WITH ${BUSY_CTE}
SELECT w.oid, format('%I.%I', n.nspname, c.relname) = w.name AS same,
       jsonb_build_object(
         'populated', c.relispopulated,
         'file_node', pg_catalog.pg_relation_filenode(c.oid)::bigint,
         'size_bytes', ${sizeOf('pg_table_size')}) AS facts,
       'not_done' AS result, NULL AS reason
  FROM jsonb_to_recordset($1) w(oid bigint, name text)
  JOIN pg_catalog.pg_class c ON c.oid = w.oid::oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
    gone_sqlstate: '42P01',
    skip_warnings: null,
    skip_locked: false,
    command: null,
    statements: 1,
  };
}

import type { ReindexSpec } from '../../model/runbook.js';
import type { Execution } from '../../model/execution.js';
import { BUSY_CTE, sizeOf } from '../relations.js';

/**
 * A rebuild shows as another index under the name (concurrently) or a new file, and a valid index.
 * Indexes are read by table and name, since a concurrent rebuild gives the name to a new index.
 * `leftovers` counts the invalid indexes that rebuilds of this one have left on the table; of one that failed they
 * are told by `leftover_oids`.
 */
export function reindexExecution(spec: ReindexSpec): Execution {
  const identity = spec.concurrently ? 'index_oid' : 'file_node';
  return {
    evidence: `WITH ${BUSY_CTE}
SELECT w.oid, c.oid = w.oid::oid AS same, f.after AS facts,
       CASE WHEN f.after -> '${identity}' = w.before -> '${identity}' THEN 'not_done'
            WHEN i.indisvalid THEN 'done' ELSE 'unknown' END AS result,
       CASE WHEN f.after -> '${identity}' = w.before -> '${identity}' THEN NULL
            WHEN NOT i.indisvalid THEN 'it was rebuilt, but it is not valid'
            WHEN (f.after ->> 'leftovers')::int > (w.before ->> 'leftovers')::int
            THEN 'rebuilt, but an invalid _ccnew or _ccold index was left behind' END AS reason
  FROM jsonb_to_recordset($1)
       w(oid bigint, table_oid bigint, schema text, relation text, before jsonb)
  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation
  JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid AND i.indrelid = w.table_oid::oid
 CROSS JOIN LATERAL (SELECT jsonb_build_object(
       'index_oid', c.oid::bigint,
       'file_node', pg_catalog.pg_relation_filenode(c.oid)::bigint,
       'valid', i.indisvalid,
       'size_bytes', ${sizeOf('pg_relation_size')},
       'leftovers', l.count,
       'leftover_oids', l.oids) AS after
          FROM (SELECT count(*), coalesce(string_agg(li.indexrelid::text, ',' ORDER BY li.indexrelid), '') AS oids
                  FROM pg_catalog.pg_index li
                  JOIN pg_catalog.pg_class lc ON lc.oid = li.indexrelid
                 WHERE li.indrelid = i.indrelid AND NOT li.indisvalid
                   AND lc.relname ~ '_cc(new|old)[0-9]*$'
                   AND starts_with(c.relname::text,
                         regexp_replace(lc.relname, '_cc(new|old)[0-9]*$', ''))) l) f`,
    gone_sqlstate: '42704',
    skip_warnings: null,
    skip_locked: false,
    command: null,
    statements: null,
  };
}

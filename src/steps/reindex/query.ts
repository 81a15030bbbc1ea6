import { REBUILD_SUFFIX } from '../../postgres/invalid-index.js';
import type { Row } from '../../postgres/session.js';
import { GLOB_CONDITION } from '../relation-globs.js';
import { BUSY_CTE, mayMaintain, sizeOf } from '../relations.js';
import { STATS_CTE } from '../table-bloat.js';

/** An index as the catalogs show it. */
export interface IndexRow extends Row {
  oid: number;
  schema: string;
  relation: string;
  name: string;
  table_oid: number;
  table_name: string;
  main_table_oid: number;
  size_bytes: number;
  table_indexes_bytes: number;
  method: string;
  valid: boolean;
  leftover: boolean;
  exclusion: boolean;
  system: boolean;
  expression_or_partial: boolean;
  may_maintain: boolean;
  may_name: boolean;
  bloat: number | null;
  /** Of an invalid index what building it anew reads or makes; null where that is not known. */
  work_bytes: number | null;
  /** Those whose statistics tell the bloat, a JSON array. */
  columns?: string;
}

/** A btree page: header 24 and special space 16 bytes; see src/include/storage/bufpage.h and access/nbtree.h. */
const PAGE_OVERHEAD = 40;
/** A line pointer (4) and an index tuple's header (8), before its data. */
const ENTRY_OVERHEAD = 12;

/**
 * The estimated share of a btree's pages that a fresh build would not need. A fresh build fills
 * leaf pages to the fillfactor (90 by default) with one aligned entry per row, as wide as
 * pg_stats.avg_width says, and adds about 1 % of inner pages and a metapage. Deduplication
 * (PostgreSQL 13 and newer) makes a real build smaller, so the estimate errs towards no bloat.
 * NULL for other methods, and where statistics are missing or hidden.
 */
const BLOAT = `
  CASE WHEN am.amname = 'btree' AND c.reltuples > 0 AND w.width IS NOT NULL AND c.relpages > 1 THEN
    greatest(0, 1 - (2 + 1.01 * ceil(
      c.reltuples * (${String(ENTRY_OVERHEAD)} + 8 * ceil(w.width / 8.0))
      / ((current_setting('block_size')::int - ${String(PAGE_OVERHEAD)})
         * coalesce((SELECT o.option_value::float8 FROM pg_options_to_table(c.reloptions) o
                      WHERE o.option_name = 'fillfactor'), 90) / 100)))
      / (${sizeOf('pg_relation_size')} / current_setting('block_size')::float8))::float8
  END`;

/** The width of an entry's data, by index; NULL as soon as one column has no statistics. */
const WIDTH_CTE = `
  ${STATS_CTE},
  widths AS MATERIALIZED (
    SELECT i.indexrelid, CASE WHEN count(*) = count(s.width) THEN sum(s.width)::float8 END AS width
      FROM pg_catalog.pg_index i
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, place)
      JOIN pg_catalog.pg_class r
        ON r.oid = CASE WHEN k.attnum = 0 THEN i.indexrelid ELSE i.indrelid END
      JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
      JOIN pg_catalog.pg_attribute a
        ON a.attrelid = r.oid AND a.attnum = CASE WHEN k.attnum = 0 THEN k.place ELSE k.attnum END
      LEFT JOIN stats s
        ON (s.schemaname, s.tablename, s.attname) = (n.nspname, r.relname, a.attname)
     GROUP BY i.indexrelid)`;

const COLUMNS = `
  (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attnum), '[]')::text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[]))`;

/**
 * An invalid index may be next to empty, whatever building it anew takes: that is told by a valid one with the
 * same columns, else by its table, where the table's pages were ever counted.
 */
const WORK_BYTES = `
  (SELECT coalesce(max(v.relpages) FILTER (WHERE v.relkind = 'i'), nullif(max(v.relpages), 0))::float8
          * current_setting('block_size')::int
     FROM pg_catalog.pg_class v
    WHERE v.oid = t.oid
       OR v.oid IN (SELECT x.indexrelid FROM pg_catalog.pg_index x
                     WHERE x.indrelid = i.indrelid AND x.indisvalid AND x.indexrelid <> i.indexrelid
                       AND x.indkey::text = i.indkey::text AND x.indpred IS NULL AND i.indpred IS NULL))`;

/** Which relation the globs speak of: the index itself, or its table (and then its TOAST index too). */
const MATCH = {
  indexes: GLOB_CONDITION,
  tables: `t.oid IN (
    SELECT x.oid FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL (VALUES (c.oid), (c.reltoastrelid)) x (oid)
     WHERE c.relkind IN ('r', 'm') AND ${GLOB_CONDITION})`,
};

/** The query for the indexes that the globs match; its values are those of the glob condition. */
export function indexesQuery(options: {
  scope: 'indexes' | 'tables';
  withColumns: boolean;
  serverVersion: number;
}): string {
  return `WITH ${BUSY_CTE},${WIDTH_CTE}
SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation,
       format('%I.%I', n.nspname, c.relname) AS name,
       i.indrelid AS table_oid, format('%I.%I', tn.nspname, t.relname) AS table_name,
       coalesce(m.oid, i.indrelid) AS main_table_oid,
       ${sizeOf('pg_relation_size')} AS size_bytes,
       sum(c.relpages::float8 * current_setting('block_size')::int)
         OVER (PARTITION BY i.indrelid) AS table_indexes_bytes,
       am.amname::text AS method, i.indisvalid AS valid,
       NOT i.indisvalid AND c.relname ~ '${REBUILD_SUFFIX}' AS leftover,
       i.indisexclusion AS exclusion, n.nspname = 'pg_catalog' AS system,
       i.indpred IS NOT NULL OR i.indexprs IS NOT NULL AS expression_or_partial,
       ${mayMaintain('reindex', options.serverVersion, 't')} AS may_maintain,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS may_name,
       CASE WHEN NOT i.indisvalid THEN ${WORK_BYTES} END AS work_bytes,
       ${BLOAT} AS bloat${options.withColumns ? `, ${COLUMNS} AS columns` : ''}
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_am am ON am.oid = c.relam
  JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
  LEFT JOIN pg_catalog.pg_class m ON m.reltoastrelid = t.oid AND t.relkind = 't'
  LEFT JOIN widths w ON w.indexrelid = c.oid
 WHERE ${MATCH[options.scope]}`;
}

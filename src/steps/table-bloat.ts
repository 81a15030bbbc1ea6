/**
 * What the planner's statistics say of the columns of all tables and of indexes on expressions. Read
 * once for all: the view checks the privilege of every column.
 */
export const STATS_CTE = `stats AS MATERIALIZED (
    SELECT s.schemaname, s.tablename, s.attname, s.avg_width * (1 - s.null_frac) AS width
      FROM pg_catalog.pg_stats s WHERE NOT s.inherited)`;

/** A heap page's header, in bytes: src/include/storage/bufpage.h. */
const PAGE_OVERHEAD = 24;
/** A line pointer (4) and a row's header (23, aligned to 24), before its data. */
const ROW_OVERHEAD = 28;

/** The width of a row's data, by table; NULL as soon as one column has no statistics. */
export const ROW_WIDTH_CTE = `${STATS_CTE},
  row_widths AS MATERIALIZED (
    SELECT r.oid, CASE WHEN count(*) = count(s.width) THEN sum(s.width)::float8 END AS width
      FROM pg_catalog.pg_class r
      JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN stats s
        ON (s.schemaname, s.tablename, s.attname) = (n.nspname, r.relname, a.attname)
     WHERE r.relkind IN ('r', 'm')
     GROUP BY r.oid)`;

/**
 * The estimated share of the pages of `c` that its rows, as wide as `w` says, would not need: rows and
 * pages as of the last VACUUM or ANALYZE. NULL where statistics are missing or hidden.
 */
export const TABLE_BLOAT = `
  CASE WHEN c.reltuples > 0 AND c.relpages > 1 AND w.width IS NOT NULL THEN
    greatest(0, 1 - ceil(
      c.reltuples * (${String(ROW_OVERHEAD)} + 8 * ceil(w.width / 8.0))
      / ((current_setting('block_size')::int - ${String(PAGE_OVERHEAD)})
         * coalesce((SELECT o.option_value::float8 FROM pg_options_to_table(c.reloptions) o
                      WHERE o.option_name = 'fillfactor'), 100) / 100))
      / c.relpages)::float8
  END`;

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

/** A megabyte: what a smaller table could give back is not worth to read the statistics of all its columns. */
const WORTH_PAGES = 128;

/**
 * The width of a row's data, by table of the OIDs `$1`; NULL as soon as one column has no statistics. Columns
 * and statistics are counted together and not joined: the planner takes the view for one row, and would look
 * through all of it for each column.
 */
export const ROW_WIDTH_CTE = `
  of AS MATERIALIZED (
    SELECT r.oid, n.nspname, r.relname
      FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
     WHERE r.oid = ANY ($1::oid[]) AND r.relkind IN ('r', 'm') AND r.relpages >= ${String(WORTH_PAGES)}),
  stats AS MATERIALIZED (
    SELECT s.schemaname, s.tablename, s.attname, s.avg_width * (1 - s.null_frac) AS width
      FROM pg_catalog.pg_stats s
     WHERE NOT s.inherited AND s.tablename = ANY (ARRAY(SELECT o.relname FROM of o))),
  row_widths AS MATERIALIZED (
    SELECT max(x.oid) AS oid, CASE WHEN sum(x.of_table) = count(x.width) THEN sum(x.width)::float8 END AS width
      FROM (SELECT r.nspname, r.relname, r.oid, 1 AS of_table, NULL::float8 AS width
              FROM of r
              JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
             UNION ALL
            SELECT s.schemaname, s.tablename, NULL, 0, s.width FROM stats s) x
     GROUP BY x.nspname, x.relname)`;

/**
 * The estimated share of the pages of `c` that its rows, as wide as `w` says, would not need: rows and
 * pages as of the last VACUUM or ANALYZE. NULL for small tables, and where statistics are missing or hidden.
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

import type { RelationGlob } from '../model/relation-glob.js';
import { isExact, toRegExpSource } from '../model/relation-glob.js';
import type { Queryable, Row } from '../postgres/session.js';

/** A table, materialized view or partitioned table as the catalogs show it. */
export interface TableRow extends Row {
  oid: number;
  schema: string;
  relation: string;
  name: string;
  relkind: string;
  partition_root: number | null;
  size_bytes: number;
  live_rows: number;
  dead_rows: number;
  modified_rows: number;
  xid_age: number;
  has_toast: boolean;
  vacuum_age: number | null;
  analyze_age: number | null;
  may_maintain: boolean;
}

/** Values of {@link globCondition}: five arrays, from `$1` on. */
export type GlobValues = [string[], string[], string[], string[], string[]];

/**
 * The condition that `n.nspname` and `c.relname` match one of the included globs and none of the
 * excluded. System schemas only count when an included glob names them without a wildcard;
 * temporary relations never do, since only their own session can work on them.
 */
export const GLOB_CONDITION = `
  EXISTS (SELECT FROM unnest($1::text[], $2::text[]) g(s, r)
           WHERE n.nspname::text ~ g.s AND c.relname::text ~ g.r)
  AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) g(s, r)
                   WHERE n.nspname::text ~ g.s AND c.relname::text ~ g.r)
  AND (n.nspname::text = ANY ($5::text[])
       OR (n.nspname <> 'information_schema' AND NOT starts_with(n.nspname::text, 'pg_')))
  AND c.relpersistence <> 't'`;

export function globValues(
  include: readonly RelationGlob[],
  exclude: readonly RelationGlob[],
): GlobValues {
  return [
    include.map((glob) => toRegExpSource(glob.schema)),
    include.map((glob) => toRegExpSource(glob.name)),
    exclude.map((glob) => toRegExpSource(glob.schema)),
    exclude.map((glob) => toRegExpSource(glob.name)),
    include.filter((glob) => isExact(glob.schema)).map((glob) => glob.schema.text),
  ];
}

/**
 * A CTE with the relations that somebody locks ACCESS EXCLUSIVE, or waits to: asking for the size of
 * one would wait behind that lock, so their size is taken from the statistics instead.
 */
export const BUSY_CTE = `
  busy AS MATERIALIZED (
    SELECT DISTINCT l.relation FROM pg_catalog.pg_locks l
     WHERE l.mode = 'AccessExclusiveLock' AND l.relation IS NOT NULL)`;

/** The size of `c` by a size function, or by relpages where that would wait for a lock. */
export function sizeOf(sizeFunction: 'pg_table_size' | 'pg_relation_size'): string {
  return `(CASE WHEN EXISTS (SELECT FROM busy WHERE busy.relation = c.oid)
        THEN c.relpages::float8 * current_setting('block_size')::int
        ELSE pg_catalog.${sizeFunction}(c.oid)::float8 END)`;
}

/** True when the current role may VACUUM, ANALYZE, REINDEX or REFRESH the relation of pg_class `c`. */
export function mayMaintain(serverVersion: number, c: 'c' | 't' = 'c'): string {
  const owner = `(pg_catalog.pg_has_role(${c}.relowner, 'USAGE')
    OR (NOT ${c}.relisshared AND pg_catalog.pg_has_role(
         (SELECT d.datdba FROM pg_catalog.pg_database d
           WHERE d.datname = current_database()), 'USAGE')))`;
  return serverVersion >= 170_000
    ? `(${owner} OR pg_catalog.has_table_privilege(${c}.oid, 'MAINTAIN'))`
    : owner;
}

/** Seconds since the later of two moments; NULL when there was none. */
function ageOf(first: string, second: string): string {
  return `extract(epoch FROM clock_timestamp() - greatest(${first}, ${second}))::float8`;
}

/**
 * Reads the relations of the given kinds that the globs match, with what filters and orders need.
 * Takes ACCESS SHARE on them, for their size.
 */
export async function readTables(
  db: Queryable,
  selector: { include: readonly RelationGlob[]; exclude: readonly RelationGlob[] },
  relkinds: readonly string[],
  serverVersion: number,
): Promise<TableRow[]> {
  return db.query<TableRow>(
    `WITH ${BUSY_CTE}
SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation,
       format('%I.%I', n.nspname, c.relname) AS name, c.relkind::text AS relkind,
       pg_catalog.pg_partition_root(c.oid)::oid AS partition_root,
       ${sizeOf('pg_table_size')} AS size_bytes,
       pg_stat_get_live_tuples(c.oid)::float8 AS live_rows,
       pg_stat_get_dead_tuples(c.oid)::float8 AS dead_rows,
       pg_stat_get_mod_since_analyze(c.oid)::float8 AS modified_rows,
       CASE WHEN c.relfrozenxid = '0' THEN 0 ELSE age(c.relfrozenxid) END AS xid_age,
       c.reltoastrelid <> 0 AS has_toast,
       ${ageOf('pg_stat_get_last_vacuum_time(c.oid)', 'pg_stat_get_last_autovacuum_time(c.oid)')} AS vacuum_age,
       ${ageOf('pg_stat_get_last_analyze_time(c.oid)', 'pg_stat_get_last_autoanalyze_time(c.oid)')} AS analyze_age,
       ${mayMaintain(serverVersion)} AS may_maintain
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = ANY ($6::"char"[]) AND ${GLOB_CONDITION}`,
    [...globValues(selector.include, selector.exclude), relkinds],
  );
}

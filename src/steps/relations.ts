import type { Target } from '../generated/plan.v1.js';
import { MAINTAIN_SINCE } from '../model/privilege.js';
import type { RelationGlob } from '../model/relation-glob.js';
import type { Queryable, Row } from '../postgres/session.js';
import { globValues, GLOB_CONDITION } from './relation-globs.js';
import type { Candidate } from './selection.js';
import { ROW_WIDTH_CTE, TABLE_BLOAT } from './table-bloat.js';

/** A table, materialized view or partitioned table as the catalogs and counters show it. */
export interface TableRow extends Row {
  oid: number;
  schema: string;
  relation: string;
  name: string;
  relkind: string;
  partition_root: number | null;
  live_rows: number;
  dead_rows: number;
  modified_rows: number;
  xid_age: number;
  mxid_age: number;
  has_toast: boolean;
  vacuum_age: number | null;
  analyze_age: number | null;
}

interface MeasuredRow extends Row {
  oid: number;
  size_bytes: number;
  may_maintain: boolean;
  bloat: number | null;
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
  return `(CASE WHEN EXISTS (SELECT FROM busy
                      WHERE busy.relation IN (c.oid, c.reltoastrelid)
                         OR busy.relation IN (SELECT ti.indexrelid FROM pg_catalog.pg_index ti
                                               WHERE ti.indrelid = c.reltoastrelid))
        THEN c.relpages::float8 * current_setting('block_size')::int
        ELSE pg_catalog.${sizeFunction}(c.oid)::float8 END)`;
}

/** The TOAST table `toast` of the table `c`, where it has one: VACUUM freezes both, and the older one counts. */
export const JOIN_TOAST = 'LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid';

/** The age of a table in transactions; of what stores no rows, 0. */
export const XID_AGE = `greatest(0, ${olderOf('age', 'relfrozenxid')})`;

/** The age of a table in multixacts; of what stores no rows, 0. */
export const MXID_AGE = `greatest(0, ${olderOf('mxid_age', 'relminmxid')})`;

/** The ages of a table and its TOAST table; NULL for none, since the age of no transaction is 2^31 - 1. */
function olderOf(age: 'age' | 'mxid_age', column: 'relfrozenxid' | 'relminmxid'): string {
  return ['c', 'toast']
    .map((one) => `CASE WHEN ${one}.${column} <> '0' THEN ${age}(${one}.${column}) END`)
    .join(', ');
}

/** Commands for which PostgreSQL asks different questions of the role. */
type Maintenance = 'vacuum_or_analyze' | 'reindex' | 'refresh';

/**
 * True when the current role may do this to the relation of pg_class `c`: as its owner, from
 * PostgreSQL 17 on with the privilege MAINTAIN, and as the database's owner where that is enough.
 * @see https://www.postgresql.org/docs/current/sql-vacuum.html and sql-reindex, sql-refreshmaterializedview
 */
export function mayMaintain(
  command: Maintenance,
  serverVersion: number,
  c: 'c' | 't' = 'c',
): string {
  const ways = [`pg_catalog.pg_has_role(${c}.relowner, 'USAGE')`];
  if (command === 'vacuum_or_analyze') {
    ways.push(`(NOT ${c}.relisshared AND pg_catalog.pg_has_role(
         (SELECT d.datdba FROM pg_catalog.pg_database d
           WHERE d.datname = current_database()), 'USAGE'))`);
  }
  if (serverVersion >= MAINTAIN_SINCE) {
    ways.push(`pg_catalog.has_table_privilege(${c}.oid, 'MAINTAIN')`);
  }
  return `(${ways.join(' OR ')})`;
}

/** Seconds since the later of two moments; NULL when there was none. */
function ageOf(first: string, second: string): string {
  return `extract(epoch FROM clock_timestamp() - greatest(${first}, ${second}))::float8`;
}

/** Reads the relations of the given kinds that the globs match, with what most filters need. */
export async function readTables(
  db: Queryable,
  selector: { include: readonly RelationGlob[]; exclude: readonly RelationGlob[] },
  relkinds: readonly string[],
): Promise<TableRow[]> {
  return db.query<TableRow>(
    `SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation,
       format('%I.%I', n.nspname, c.relname) AS name, c.relkind::text AS relkind,
       pg_catalog.pg_partition_root(c.oid)::oid AS partition_root,
       pg_stat_get_live_tuples(c.oid)::float8 AS live_rows,
       pg_stat_get_dead_tuples(c.oid)::float8 AS dead_rows,
       pg_stat_get_mod_since_analyze(c.oid)::float8 AS modified_rows,
       ${XID_AGE} AS xid_age, ${MXID_AGE} AS mxid_age,
       c.reltoastrelid <> 0 AS has_toast,
       ${ageOf('pg_stat_get_last_vacuum_time(c.oid)', 'pg_stat_get_last_autovacuum_time(c.oid)')} AS vacuum_age,
       ${ageOf('pg_stat_get_last_analyze_time(c.oid)', 'pg_stat_get_last_autoanalyze_time(c.oid)')} AS analyze_age
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  ${JOIN_TOAST}
 WHERE c.relkind = ANY ($6::"char"[]) AND ${GLOB_CONDITION}`,
    [...globValues(selector.include, selector.exclude), relkinds],
  );
}

/**
 * Adds to tables their size, whether the role may maintain them, and if it is wanted their bloat: what is
 * asked only of those that a step may work on, since it takes ten times as long as all the rest. Takes ACCESS
 * SHARE on them. One that is gone meanwhile is left out.
 */
export async function measure(
  db: Queryable,
  candidates: readonly Candidate[],
  serverVersion: number,
  wanted: { readonly bloat: boolean },
): Promise<Target[]> {
  const rows = await db.query<MeasuredRow>(
    `WITH ${BUSY_CTE}${wanted.bloat ? `, ${ROW_WIDTH_CTE}` : ''}
SELECT c.oid, ${sizeOf('pg_table_size')} AS size_bytes,
       ${mayMaintain('vacuum_or_analyze', serverVersion)} AS may_maintain,
       ${wanted.bloat ? TABLE_BLOAT : 'NULL'} AS bloat
  FROM pg_catalog.pg_class c
  ${wanted.bloat ? 'LEFT JOIN row_widths w ON w.oid = c.oid' : ''}
 WHERE c.oid = ANY ($1::oid[])`,
    [candidates.map(({ oid }) => oid)],
  );
  const measured = new Map(rows.map((row) => [row.oid, row]));
  return candidates.flatMap((table) => {
    const row = measured.get(table.oid);
    if (row === undefined) return [];
    const { size_bytes, may_maintain, bloat } = row;
    const facts = { ...table.facts, may_maintain, ...(wanted.bloat ? { bloat } : {}) };
    return [{ ...table, size_bytes, facts }];
  });
}

/** All beneath a partitioned table. pg_partition_tree() would lock each, and wait for whoever holds one. */
export function partitionsOf(oid: string): string {
  return `
          WITH RECURSIVE beneath AS (
            SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = ${oid}
            UNION ALL
            SELECT h.inhrelid FROM beneath b JOIN pg_catalog.pg_inherits h ON h.inhparent = b.inhrelid)
          SELECT b.inhrelid FROM beneath b`;
}

/** A relation of a plan as it is now; a partitioned one with all its partitions. */
export interface PresentRelation extends Row {
  readonly oid: number;
  readonly name: string;
  readonly size_bytes: number;
}

/** Reads those of the relations that are still there, by one query. */
export async function readPresent(
  db: Queryable,
  oids: readonly number[],
): Promise<PresentRelation[]> {
  return db.query<PresentRelation>(
    `WITH ${BUSY_CTE},
  parts AS (
    SELECT w.oid, w.oid AS part FROM unnest($1::oid[]) w(oid)
     UNION
    SELECT r.oid, p.oid FROM pg_catalog.pg_class r
     CROSS JOIN LATERAL (${partitionsOf('r.oid')}) p (oid)
     WHERE r.relkind = 'p' AND r.oid = ANY ($1::oid[])),
  sizes AS (
    SELECT p.oid, sum(CASE WHEN c.relkind = 'i' THEN ${sizeOf('pg_relation_size')}
                           ELSE ${sizeOf('pg_table_size')} END)::float8 AS size_bytes
      FROM parts p JOIN pg_catalog.pg_class c ON c.oid = p.part
     GROUP BY p.oid)
SELECT s.oid, format('%I.%I', n.nspname, r.relname) AS name, s.size_bytes
  FROM sizes s
  JOIN pg_catalog.pg_class r ON r.oid = s.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace`,
    [oids],
  );
}

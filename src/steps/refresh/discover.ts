import type { Target } from '../../generated/plan.v1.js';
import type { RefreshSpec } from '../../model/runbook.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Queryable, Row } from '../../postgres/session.js';
import type { Discovery } from '../contract.js';
import { findMissing, GLOB_CONDITION, globValues } from '../relation-globs.js';
import { BUSY_CTE, mayMaintain, sizeOf } from '../relations.js';
import { byName, numberFact, partition } from '../selection.js';

interface ViewRow extends Row {
  oid: number;
  name: string;
  schema: string;
  relation: string;
  size_bytes: number;
  /** What its query reads; null where that is not known. */
  work_bytes: number | null;
  populated: boolean;
  unique_index: boolean;
  may_maintain: boolean;
  depth: number;
}

export async function discoverRefresh(
  db: Queryable,
  spec: RefreshSpec,
  server: ServerInfo,
): Promise<Discovery> {
  const rows = await db.query<ViewRow>(viewsQuery(server.versionNumber), [
    ...globValues(spec.views.include, spec.views.exclude),
  ]);
  const candidates = rows.map(toTarget);
  // A view that reads another materialized view comes after it, or it would copy the old rows.
  candidates.sort((a, b) => numberFact(a, 'depth') - numberFact(b, 'depth') || byName(a, b));
  const { targets, leftOut } = partition(candidates, (view) =>
    spec.concurrently ? obstacle(view) : undefined,
  );
  const missing = await findMissing(db, spec.views.include, ['m']);
  return { targets, leftOut, missing };
}

/**
 * `depth` is how many materialized views lie beneath one another under a view. The recursions follow
 * plain views too, and end by themselves: views cannot be circular. What a view reads is told by the pages that the
 * last VACUUM or ANALYZE has counted; no foreign table tells its own, and no function what it reads.
 */
function viewsQuery(serverVersion: number): string {
  return `WITH RECURSIVE ${BUSY_CTE},
  reads AS (
    SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
      JOIN pg_catalog.pg_class rc ON rc.oid = d.refobjid AND rc.relkind IN ('m', 'v', 'r', 'p', 'f')
     WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass
       AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class),
  under AS (
    SELECT c.oid AS top, c.oid AS current, 0 AS depth FROM pg_catalog.pg_class c WHERE c.relkind = 'm'
    UNION
    SELECT u.top, r.read, u.depth + (rc.relkind = 'm')::int
      FROM under u JOIN reads r ON r.reader = u.current
      JOIN pg_catalog.pg_class rc ON rc.oid = r.read AND rc.relkind IN ('m', 'v')),
  sources AS (
    SELECT r.reader AS top, r.read AS current FROM reads r
    UNION
    SELECT s.top, r.read FROM sources s JOIN reads r ON r.reader = s.current
      JOIN pg_catalog.pg_class v ON v.oid = s.current AND v.relkind = 'v'),
  pages AS (
    SELECT s.top, CASE WHEN bool_and(rc.relkind IN ('r', 'm') AND rc.reltuples >= 0) THEN sum(rc.relpages::float8) END AS read
      FROM sources s JOIN pg_catalog.pg_class sc ON sc.oid = s.current AND sc.relkind <> 'v'
      LEFT JOIN LATERAL pg_catalog.pg_partition_tree(sc.oid) p ON sc.relkind = 'p'
      JOIN pg_catalog.pg_class rc ON rc.oid = CASE WHEN sc.relkind = 'p' THEN p.relid ELSE sc.oid END
     WHERE rc.relkind <> 'p'
     GROUP BY s.top)
SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, n.nspname::text AS schema,
       c.relname::text AS relation, c.relispopulated AS populated,
       ${sizeOf('pg_table_size')} AS size_bytes,
       (SELECT p.read * current_setting('block_size')::int FROM pages p WHERE p.top = c.oid) AS work_bytes,
       EXISTS (SELECT FROM pg_catalog.pg_index i
                WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                  AND i.indpred IS NULL AND i.indexprs IS NULL) AS unique_index,
       ${mayMaintain('refresh', serverVersion)} AS may_maintain,
       (SELECT max(u.depth) FROM under u WHERE u.top = c.oid) AS depth
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' AND ${GLOB_CONDITION}`;
}

function toTarget(row: ViewRow): Target {
  return {
    oid: row.oid,
    name: row.name,
    schema: row.schema,
    relation: row.relation,
    table_oid: row.oid,
    size_bytes: row.size_bytes,
    facts: {
      work_bytes: row.work_bytes,
      populated: row.populated,
      unique_index: row.unique_index,
      may_maintain: row.may_maintain,
      depth: row.depth,
    },
  };
}

/** @see https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html */
function obstacle(view: Target): string | undefined {
  if (view.facts['populated'] === false) {
    return 'never filled: refresh it once without concurrently';
  }
  return view.facts['unique_index'] === false
    ? 'no unique index on plain columns without WHERE, which concurrently needs'
    : undefined;
}

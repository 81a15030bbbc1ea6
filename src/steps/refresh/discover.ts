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
 * `depth` is how many materialized views lie beneath one another under a view. The recursion follows
 * plain views too, and ends by itself: views cannot be circular.
 */
function viewsQuery(serverVersion: number): string {
  return `WITH RECURSIVE ${BUSY_CTE},
  reads AS (
    SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
      JOIN pg_catalog.pg_class rc ON rc.oid = d.refobjid AND rc.relkind IN ('m', 'v')
     WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass
       AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class),
  under AS (
    SELECT c.oid AS top, c.oid AS current, 0 AS depth FROM pg_catalog.pg_class c WHERE c.relkind = 'm'
    UNION
    SELECT u.top, r.read, u.depth + (rc.relkind = 'm')::int
      FROM under u JOIN reads r ON r.reader = u.current
      JOIN pg_catalog.pg_class rc ON rc.oid = r.read)
SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, n.nspname::text AS schema,
       c.relname::text AS relation, c.relispopulated AS populated,
       ${sizeOf('pg_table_size')} AS size_bytes,
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

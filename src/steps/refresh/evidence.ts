import type { Facts, Target } from '../../generated/plan.v1.js';
import type { Queryable, Row } from '../../postgres/session.js';
import type { Captures } from '../contract.js';
import { BUSY_CTE, sizeOf } from '../relations.js';

interface ViewRow extends Row {
  oid: number;
  name: string;
}

/** What shows of a materialized view; that it was refreshed, the catalogs do not tell. */
export async function captureViews(db: Queryable, targets: readonly Target[]): Promise<Captures> {
  const rows = await db.query<ViewRow>(
    `WITH ${BUSY_CTE}
SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relispopulated AS populated,
       c.relfilenode AS file_node, ${sizeOf('pg_table_size')} AS size_bytes
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = ANY ($1::oid[])`,
    [targets.map((target) => target.oid)],
  );
  const names = new Map(targets.map((target) => [target.oid, target.name]));
  return new Map(
    rows.map(({ oid, name, ...facts }) => [
      oid,
      { same: names.get(oid) === name, facts: facts as Facts },
    ]),
  );
}

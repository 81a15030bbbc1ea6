import type { Target } from '../../generated/plan.v1.js';
import { dropInvalidIndex, REBUILD_SUFFIX } from '../../postgres/invalid-index.js';
import type { Queryable, Row } from '../../postgres/session.js';
import { quoteQualified } from '../../sql/quote.js';
import type { CleanUp } from '../contract.js';

interface LeftoverRow extends Row {
  oid: number;
  schema: string;
  relation: string;
}

/**
 * Drops the invalid index that a failed CREATE INDEX or REINDEX left, when its OID is one that our own workers
 * were seen to build. Another one of that name was there before, or is somebody else's, and is only told.
 */
export async function cleanUpTrace(
  db: Queryable,
  targets: readonly Target[],
  builtIndexes: readonly number[],
): Promise<CleanUp> {
  const names = targets.flatMap(({ facts }) => facts['creates_index'] ?? []);
  const dropped: string[] = [];
  const left: string[] = [];
  for (const { oid, schema, relation } of await findLeftovers(db, targets, names, builtIndexes)) {
    const name = quoteQualified(schema, relation);
    const trouble = builtIndexes.includes(oid)
      ? await dropInvalidIndex(db, name)
      : 'not provably ours';
    if (trouble === undefined) dropped.push(name);
    else left.push(`${name}: ${trouble}`);
  }
  return { dropped, left };
}

async function findLeftovers(
  db: Queryable,
  targets: readonly Target[],
  names: readonly unknown[],
  builtIndexes: readonly number[],
): Promise<LeftoverRow[]> {
  return db.query<LeftoverRow>(
    `SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid
        AND ((i.indrelid = ANY ($1::oid[]) AND c.relname = ANY ($2::text[]))
             OR (c.oid = ANY ($3::oid[]) AND c.relname ~ '${REBUILD_SUFFIX}'))`,
    [targets.map((target) => target.table_oid), names, builtIndexes],
  );
}

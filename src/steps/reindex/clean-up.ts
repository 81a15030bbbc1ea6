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
 * Drops what a failed concurrent rebuild left: an invalid index with the suffix that PostgreSQL
 * gives, new or old, whose OID our own workers were seen to hold. All others may be somebody else's
 * work in progress and are only told.
 */
export async function cleanUpIndexes(
  db: Queryable,
  targets: readonly Target[],
  builtIndexes: readonly number[],
): Promise<CleanUp> {
  const ours = new Set(builtIndexes);
  const dropped: string[] = [];
  const left: string[] = [];
  for (const index of await findLeftovers(db, targets)) {
    const name = quoteQualified(index.schema, index.relation);
    if (!ours.has(index.oid)) left.push(`${name}, not provably ours`);
    else {
      const trouble = await dropInvalidIndex(db, name);
      if (trouble === undefined) dropped.push(name);
      else left.push(`${name}, ours, which could not be dropped now: ${trouble}`);
    }
  }
  return { dropped, left };
}

async function findLeftovers(db: Queryable, targets: readonly Target[]): Promise<LeftoverRow[]> {
  return db.query<LeftoverRow>(
    `SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE i.indrelid = ANY ($1::oid[]) AND NOT i.indisvalid
        AND c.relname ~ '${REBUILD_SUFFIX}'`,
    [targets.map((target) => target.table_oid)],
  );
}

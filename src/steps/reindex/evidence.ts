import type { Facts, Target } from '../../generated/plan.v1.js';
import type { ReindexSpec } from '../../model/runbook.js';
import type { Queryable, Row } from '../../postgres/session.js';
import type { Captures, Judgement, Observation } from '../contract.js';
import { BUSY_CTE, sizeOf } from '../relations.js';

interface IndexEvidenceRow extends Row {
  planned_oid: number;
  index_oid: number;
}

/**
 * Reads indexes by table and name, since a concurrent rebuild gives the name to a new index.
 * `leftovers` counts the invalid indexes that rebuilds of this one have left on the table.
 */
export async function captureIndexes(db: Queryable, targets: readonly Target[]): Promise<Captures> {
  const rows = await db.query<IndexEvidenceRow>(
    `WITH ${BUSY_CTE}
SELECT w.oid AS planned_oid, c.oid AS index_oid, c.relfilenode AS file_node,
       i.indisvalid AS valid, ${sizeOf('pg_relation_size')} AS size_bytes,
       (SELECT count(*)::int FROM pg_catalog.pg_index li
          JOIN pg_catalog.pg_class lc ON lc.oid = li.indexrelid
         WHERE li.indrelid = w.table_oid AND NOT li.indisvalid
           AND lc.relname ~ '_cc(new|old)[0-9]*$'
           AND starts_with(c.relname::text, regexp_replace(lc.relname, '_cc(new|old)[0-9]*$', ''))
       ) AS leftovers
  FROM unnest($1::oid[], $2::oid[], $3::text[], $4::text[]) w(oid, table_oid, schema, relation)
  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation
  JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid AND i.indrelid = w.table_oid`,
    [
      targets.map((target) => target.oid),
      targets.map((target) => target.table_oid),
      targets.map((target) => target.schema),
      targets.map((target) => target.relation),
    ],
  );
  return new Map(
    rows.map(({ planned_oid, ...facts }) => [
      planned_oid,
      { same: facts.index_oid === planned_oid, facts: facts as Facts },
    ]),
  );
}

/** A rebuild shows as another index under the name (concurrently) or a new file, and a valid index. */
export function judgeReindex(spec: ReindexSpec, { before, after }: Observation): Judgement {
  if (after === undefined) {
    return { result: 'skipped', reason: 'it was dropped or renamed meanwhile', sqlstate: '42704' };
  }
  const identity = spec.concurrently ? 'index_oid' : 'file_node';
  if (before[identity] === after[identity]) return { result: 'not_done' };
  if (after['valid'] !== true) {
    return { result: 'unknown', reason: 'it was rebuilt, but it is not valid' };
  }
  return Number(after['leftovers']) > Number(before['leftovers'])
    ? { result: 'done', reason: 'rebuilt, but an invalid _ccnew or _ccold index was left behind' }
    : { result: 'done' };
}

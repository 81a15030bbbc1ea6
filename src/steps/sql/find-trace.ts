import type { Target } from '../../generated/plan.v1.js';
import type { Trace } from '../../model/trace.js';
import type { Queryable, Row } from '../../postgres/session.js';
import { inTrial } from '../../postgres/trial.js';
import type { StepOrder } from '../contract.js';
import { BUSY_CTE, sizeOf } from '../relations.js';

interface FoundRow extends Row {
  oid: number;
  name: string;
  schema: string;
  relation: string;
  size_bytes: number;
}

/** Relations whose work the server counts or files: of a partitioned one it is done on its partitions. */
const KINDS: Readonly<Record<Trace['left'], string>> = {
  index_made: "'r', 'm'",
  index_gone: "'i', 'I'",
  index_rebuilt: "'i'",
  indexes_rebuilt: "'r', 'm'",
  vacuumed: "'r', 'm'",
  analyzed: "'r', 'm'",
  rewritten: "'r', 'm'",
  detached: "'r', 'p', 'f'",
};

/**
 * The relation on which a statement leaves its trace, as the worker's search_path finds it. None where it is
 * not there yet: another step may make it, and then the command tag is the proof.
 */
export async function findTrace(
  db: Queryable,
  { left, relation, index }: Trace,
  order: Pick<StepOrder, 'settings'>,
): Promise<Target[]> {
  const trial = await inTrial(db, order.settings, [], () =>
    db.query<FoundRow>(
      `WITH ${BUSY_CTE}
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, n.nspname::text AS schema,
       c.relname::text AS relation, ${sizeOf(left.startsWith('index_') ? 'pg_relation_size' : 'pg_table_size')} AS size_bytes
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN (${KINDS[left]})
   AND (${String(left !== 'vacuumed' && left !== 'analyzed')} OR pg_catalog.current_setting('track_counts')::boolean)`,
      [relation],
    ),
  );
  const facts = index === undefined ? {} : { creates_index: index };
  return trial.tried ? trial.value.map((row) => ({ ...row, table_oid: row.oid, facts })) : [];
}

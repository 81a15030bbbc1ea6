import type { BackfillSpec } from '../../model/runbook.js';
import { quoteIdentifier } from '../../sql/quote.js';
import type { ChangeSql } from '../batches/render.js';
import { changeCondition, parenthesized, tableOf } from '../batches/walk-sql.js';
import { walkKind } from '../batches/kind.js';

const updateSql: ChangeSql<BackfillSpec> = (spec, facts, bounds) => {
  const walk = { spec, ...facts };
  const set = Object.entries(spec.set)
    .map(([column, expression]) => `${quoteIdentifier(column)} = ${parenthesized(expression)}`)
    .join(',\n       ');
  return `UPDATE ${tableOf(walk)}
   SET ${set}
 WHERE ${changeCondition(walk, bounds)}`;
};

/** UPDATE of a large table in batches along a unique key. */
export const backfillKind = walkKind<BackfillSpec>({
  kind: 'backfill',
  event: 'update',
  change: updateSql,
  columns: (spec) => Object.keys(spec.set),
  expressions: (spec) => Object.values(spec.set),
  archive: () => undefined,
});

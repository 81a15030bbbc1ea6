import type { PurgeSpec } from '../../model/runbook.js';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.js';
import { walkKind } from '../batches/kind.js';
import type { ChangeSql } from '../batches/render.js';
import { changeCondition, tableOf } from '../batches/walk-sql.js';

/** Rows and their copies in the archive go in one statement; how many arrived is compared. */
const deleteSql: ChangeSql<PurgeSpec> = (spec, facts, bounds) => {
  const walk = { spec, ...facts };
  const deletion = `DELETE FROM ${tableOf(walk)}\n WHERE ${changeCondition(walk, bounds)}`;
  if (spec.archive_to === undefined) return deletion;
  const columns = facts.archiveColumns.map(quoteIdentifier).join(', ');
  const { schema, name } = spec.archive_to;
  return `WITH changed AS (
${deletion}
RETURNING ${columns}),
kept AS (
INSERT INTO ${quoteQualified(schema, name)} (${columns})
OVERRIDING SYSTEM VALUE
SELECT ${columns} FROM changed
RETURNING 1)
SELECT (SELECT pg_catalog.count(*) FROM changed) AS changed,
       (SELECT pg_catalog.count(*) FROM kept) AS kept`;
};

/** DELETE from a large table in batches along a unique key, with an archive for the rows if asked. */
export const purgeKind = walkKind<PurgeSpec>({
  kind: 'purge',
  event: 'delete',
  change: deleteSql,
  columns: () => [],
  expressions: () => [],
  archive: (spec) => spec.archive_to,
});

import type { Target } from '../../generated/plan.v1.js';
import type { ReindexSpec } from '../../model/runbook.js';
import { placeholder, relationConflict, type StepKind } from '../contract.js';
import { locksOf } from '../locks.js';
import { discoverReindex } from './discover.js';
import { reindexExecution } from './evidence.js';
import { reindexNeeds, unfilteredReindex } from './needs.js';
import { renderReindex } from './render.js';

/**
 * Concurrent builds of indexes with an expression or a WHERE wait for each other's snapshots in the
 * whole database: two at once would only hold each other up.
 */
const EXPRESSION_CONFLICT = 'concurrent-rebuild-of-expression-or-partial-index';

/** The table, and of a TOAST table the one that it belongs to: VACUUM and ANALYZE lock both. */
function relations(index: Target): string[] {
  const main = index.facts['main_table_oid'];
  const oids = [index.table_oid, ...(typeof main === 'number' ? [main] : [])];
  return [...new Set(oids)].map(relationConflict);
}

/** REINDEX, one index to a worker and never two of one table at once. */
export const reindexKind: StepKind<ReindexSpec> = {
  kind: 'reindex',
  roughBytesPerSecond: 20 * 1024 * 1024,
  rerunnable: () => true,
  discover: discoverReindex,
  tasks: (spec, targets) =>
    targets.map((target) => {
      const alone = spec.concurrently && target.facts['expression_or_partial'] === true;
      return {
        targets: [target],
        conflicts: [...relations(target), ...(alone ? [EXPRESSION_CONFLICT] : [])],
        after: [],
      };
    }),
  render: renderReindex,
  template: (spec) => renderReindex(spec, [placeholder('index')]).sql,
  locks: ({ concurrently }) =>
    locksOf(concurrently ? 'REINDEX INDEX CONCURRENTLY' : 'REINDEX INDEX', 'the index'),
  waitsForOldTransactions: ({ concurrently }) => concurrently,
  unfiltered: unfilteredReindex,
  needs: reindexNeeds,
  execution: reindexExecution,
};

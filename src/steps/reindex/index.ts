import type { ReindexSpec } from '../../model/runbook.js';
import { relationConflict, type StepKind } from '../contract.js';
import { cleanUpIndexes } from './clean-up.js';
import { discoverReindex } from './discover.js';
import { captureIndexes, judgeReindex } from './evidence.js';
import { reindexLock, renderReindex } from './render.js';

/**
 * Concurrent builds of indexes with an expression or a WHERE wait for each other's snapshots in the
 * whole database: two at once would only hold each other up.
 */
const EXPRESSION_CONFLICT = 'concurrent-rebuild-of-expression-or-partial-index';

/** REINDEX, one index to a worker and never two of one table at once. */
export const reindexKind: StepKind<ReindexSpec> = {
  kind: 'reindex',
  discover: discoverReindex,
  tasks: (spec, targets) =>
    targets.map((target) => {
      const alone = spec.concurrently && target.facts['expression_or_partial'] === true;
      return {
        targets: [target],
        conflicts: [relationConflict(target.table_oid), ...(alone ? [EXPRESSION_CONFLICT] : [])],
      };
    }),
  render: renderReindex,
  lock: reindexLock,
  capture: (db, _spec, targets) => captureIndexes(db, targets),
  judge: judgeReindex,
  cleanUp: cleanUpIndexes,
};

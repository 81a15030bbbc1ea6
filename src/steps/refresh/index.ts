import type { Target } from '../../generated/plan.v1.js';
import type { RefreshSpec } from '../../model/runbook.js';
import { placeholder, relationConflict, type StepKind } from '../contract.js';
import { discoverRefresh } from './discover.js';
import { refreshExecution } from './evidence.js';
import { locksOf } from '../locks.js';
import { maintenance } from '../needs.js';
import { numberFact } from '../selection.js';
import { renderRefresh } from './render.js';

/** The tasks of the views one level beneath, which in their turn wait for all beneath them. */
function levelBelow(views: readonly Target[], view: Target): number[] {
  const depth = numberFact(view, 'depth');
  const below = Math.max(...views.map((v) => numberFact(v, 'depth')).filter((d) => d < depth));
  return views.flatMap((v, index) => (numberFact(v, 'depth') === below ? [index + 1] : []));
}

/** REFRESH MATERIALIZED VIEW, one view to a worker; a marker in the same transaction proves it. */
export const refreshKind: StepKind<RefreshSpec> = {
  kind: 'refresh',
  roughBytesPerSecond: 20 * 1024 * 1024,
  rerunnable: () => true,
  discover: discoverRefresh,
  tasks: (_spec, targets) =>
    targets.map((target) => ({
      targets: [target],
      conflicts: [relationConflict(target.table_oid)],
      after: levelBelow(targets, target),
    })),
  render: renderRefresh,
  template: (spec) => renderRefresh(spec, [placeholder('view')]).sql,
  locks: ({ concurrently }) =>
    locksOf(concurrently ? 'REFRESH CONCURRENTLY' : 'REFRESH', 'the view'),
  unfiltered: (spec) => spec,
  needs: maintenance,
  execution: refreshExecution,
};

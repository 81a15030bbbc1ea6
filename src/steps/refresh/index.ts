import type { RefreshSpec } from '../../model/runbook.js';
import { relationConflict, type StepKind } from '../contract.js';
import { discoverRefresh } from './discover.js';
import { captureViews } from './evidence.js';
import { refreshLock, renderRefresh } from './render.js';

/** REFRESH MATERIALIZED VIEW, one view to a worker; a marker in the same transaction proves it. */
export const refreshKind: StepKind<RefreshSpec> = {
  kind: 'refresh',
  discover: discoverRefresh,
  tasks: (_spec, targets) =>
    targets.map((target) => ({
      targets: [target],
      conflicts: [relationConflict(target.table_oid)],
    })),
  render: renderRefresh,
  lock: refreshLock,
  capture: (db, _spec, targets) => captureViews(db, targets),
  judge: (_spec, { after }) =>
    after === undefined
      ? { result: 'skipped', reason: 'it was dropped meanwhile', sqlstate: '42P01' }
      : { result: 'not_done' },
};

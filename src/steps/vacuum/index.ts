import type { VacuumSpec } from '../../model/runbook.js';
import { placeholder, relationConflict, type StepKind } from '../contract.js';
import { locksOf } from '../locks.js';
import { databaseMaintenance } from '../needs.js';
import { pack } from '../packing.js';
import { allMatching } from '../selection.js';
import { discoverVacuum } from './discover.js';
import { vacuumExecution } from './evidence.js';
import { renderVacuum } from './render.js';

/** A worker's own start takes some 5 ms; in the next ones VACUUM decides which rows may go. */
const QUIET_START_MS = 30;

/** VACUUM, several small tables to a worker. */
export const vacuumKind: StepKind<VacuumSpec> = {
  kind: 'vacuum',
  roughBytesPerSecond: 100 * 1024 * 1024,
  rerunnable: () => true,
  quietStartMs: QUIET_START_MS,
  discover: discoverVacuum,
  tasks: (spec, targets, concurrency) => {
    // VACUUM FULL rewrites: a statement that holds several such locks in turn would help nobody.
    const packs = spec.options.full === true ? targets.map((t) => [t]) : pack(targets, concurrency);
    return packs.map((members) => ({
      targets: members,
      conflicts: members.map((target) => relationConflict(target.table_oid)),
      after: [],
    }));
  },
  render: renderVacuum,
  template: (spec) => renderVacuum(spec, [placeholder('table')]).sql,
  locks: ({ options: { full, truncate } }) => {
    const command = truncate === false ? 'VACUUM (TRUNCATE FALSE)' : 'VACUUM';
    return locksOf(full === true ? 'VACUUM FULL' : command, 'the table');
  },
  unfiltered: ({ tables, options }) => ({
    tables: {
      ...allMatching(tables),
      min_dead_rows: undefined,
      min_dead_ratio: undefined,
      min_xid_age: undefined,
      min_mxid_age: undefined,
      not_vacuumed_for_ms: undefined,
      order_by: 'name',
    },
    options,
  }),
  needs: databaseMaintenance,
  execution: vacuumExecution,
};

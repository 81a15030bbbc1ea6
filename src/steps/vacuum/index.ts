import type { VacuumSpec } from '../../model/runbook.js';
import { relationConflict, type StepKind } from '../contract.js';
import { captureTables, judgeMaintenance, wentUp } from '../maintenance-evidence.js';
import { pack } from '../packing.js';
import { discoverVacuum } from './discover.js';
import { renderVacuum, vacuumLock } from './render.js';

/** VACUUM, several small tables to a worker. */
export const vacuumKind: StepKind<VacuumSpec> = {
  kind: 'vacuum',
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
  lock: vacuumLock,
  capture: (db, _spec, targets, serverVersion) => captureTables(db, targets, serverVersion),
  judge: (spec, observation) =>
    judgeMaintenance(
      observation,
      (after) => {
        const { options } = spec;
        // VACUUM FULL does not count as a vacuum; it gives the table a new file.
        const vacuumed =
          options.full === true
            ? observation.before['file_node'] !== after['file_node']
            : wentUp(
                observation.before,
                after,
                options.process_main === false ? 'toast_vacuum_count' : 'vacuum_count',
              );
        const analyzed =
          options.analyze !== true || wentUp(observation.before, after, 'analyze_count');
        return vacuumed && analyzed;
      },
      spec.options.skip_locked === true,
    ),
};

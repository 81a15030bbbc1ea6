import type { VacuumSpec } from '../../model/runbook.js';
import type { Execution } from '../../model/execution.js';
import {
  changed,
  doneSince,
  FROZEN,
  maintenanceExecution,
  UNREMOVED_ROWS,
} from '../maintenance-evidence.js';
import { vacuumCommand } from './render.js';

export function vacuumExecution(spec: VacuumSpec, serverVersion: number): Execution {
  const { analyze, skip_locked: skipLocked } = spec.options;
  const analyzed = analyze === true ? ` AND ${doneSince('last_analyze')}` : '';
  return maintenanceExecution(
    {
      command: vacuumCommand(spec),
      skipLocked: skipLocked === true,
      done: `${vacuumed(spec)}${analyzed}`,
      ...(spec.options.freeze === true
        ? { promised: FROZEN, remark: UNFROZEN_ROWS }
        : { remark: UNREMOVED_ROWS }),
    },
    serverVersion,
  );
}

/** What an older snapshot sees stays as it is: the work was done, and brought little. */
const UNFROZEN_ROWS = `CASE WHEN ${FROZEN} THEN ${UNREMOVED_ROWS}
  ELSE 'not frozen as far as it could be: an older transaction may still see its rows' END`;

/** VACUUM FULL does not count as a vacuum; it gives the table a new file. */
function vacuumed({ options }: VacuumSpec): string {
  if (options.full === true) return changed('file_node');
  return doneSince(options.process_main === false ? 'last_toast_vacuum' : 'last_vacuum');
}

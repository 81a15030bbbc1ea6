import type { VacuumSpec } from '../../model/runbook.js';
import type { Execution } from '../../model/execution.js';
import { changed, maintenanceExecution, UNREMOVED_ROWS, wentUp } from '../maintenance-evidence.js';
import { vacuumCommand } from './render.js';

export function vacuumExecution(spec: VacuumSpec, serverVersion: number): Execution {
  const { analyze, skip_locked: skipLocked } = spec.options;
  const analyzed = analyze === true ? ` AND ${wentUp('analyze_count')}` : '';
  return maintenanceExecution(
    {
      command: vacuumCommand(spec),
      skipLocked: skipLocked === true,
      done: `${vacuumed(spec)}${analyzed}`,
      remark: UNREMOVED_ROWS,
    },
    serverVersion,
  );
}

/** VACUUM FULL does not count as a vacuum; it gives the table a new file. */
function vacuumed({ options }: VacuumSpec): string {
  if (options.full === true) return changed('file_node');
  return wentUp(options.process_main === false ? 'toast_vacuum_count' : 'vacuum_count');
}

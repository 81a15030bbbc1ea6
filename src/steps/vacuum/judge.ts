import type { Facts } from '../../generated/plan.v1.js';
import type { VacuumSpec } from '../../model/runbook.js';
import type { Judgement, Observation } from '../contract.js';
import { judgeMaintenance, wentUp } from '../maintenance-evidence.js';

/** Fewer dead rows than this are no bloat, and ordinary traffic makes them anew in no time. */
const NOTEWORTHY_ROWS = 100;

export function judgeVacuum(spec: VacuumSpec, observation: Observation): Judgement {
  const { before, after } = observation;
  const judgement = judgeMaintenance(
    observation,
    (now) => isVacuumed(spec, before, now) && isAnalyzed(spec, before, now),
    spec.options.skip_locked === true,
  );
  const unremoved = after === undefined ? undefined : unremovedRows(before, after);
  return judgement.result === 'done' && unremoved !== undefined
    ? { result: 'done', reason: unremoved }
    : judgement;
}

/** VACUUM FULL does not count as a vacuum; it gives the table a new file. */
function isVacuumed({ options }: VacuumSpec, before: Facts, after: Facts): boolean {
  if (options.full === true) return before['file_node'] !== after['file_node'];
  const counter = options.process_main === false ? 'toast_vacuum_count' : 'vacuum_count';
  return wentUp(before, after, counter);
}

function isAnalyzed({ options }: VacuumSpec, before: Facts, after: Facts): boolean {
  return options.analyze !== true || wentUp(before, after, 'analyze_count');
}

/** Rows that some snapshot may still see stay: the work was done, and brought little. */
function unremovedRows(before: Facts, after: Facts): string | undefined {
  const [had, has] = [Number(before['dead_rows'] ?? 0), Number(after['dead_rows'] ?? 0)];
  if (had < NOTEWORTHY_ROWS || has < had) return undefined;
  return `${String(had)} dead rows stay: an older snapshot sees them`;
}

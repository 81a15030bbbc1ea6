import type { Target } from '../../generated/plan.v1.js';
import type { VacuumSpec } from '../../model/runbook.js';
import { quoteQualified } from '../../sql/quote.js';
import { QUEUE_SIZE, type Command } from '../contract.js';
import { renderOptions } from '../options.js';

/** What VACUUM may print of one relation: a few warnings, and under VERBOSE its whole account. */
const BYTES_PER_TARGET = { quiet: 1_024, verbose: 32_768 };

/** VACUUM with its options, which the names of relations follow. */
export function vacuumCommand({ options }: VacuumSpec): string {
  return `VACUUM${renderOptions(options)}`;
}

export function renderVacuum(spec: VacuumSpec, targets: readonly Target[]): Command {
  const names = targets.map((target) => quoteQualified(target.schema, target.relation));
  const perTarget = BYTES_PER_TARGET[spec.options.verbose === true ? 'verbose' : 'quiet'];
  return {
    sql: `${vacuumCommand(spec)} ${names.join(', ')}`,
    proof: 'catalog',
    queue_size: QUEUE_SIZE + targets.length * perTarget,
    reads_output: true,
  };
}

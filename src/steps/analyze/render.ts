import type { Target } from '../../generated/plan.v1.js';
import type { AnalyzeSpec } from '../../model/runbook.js';
import { quoteQualified } from '../../sql/quote.js';
import { QUEUE_SIZE, type Command } from '../contract.js';
import { renderOptions } from '../options.js';

/** What ANALYZE may print of one relation. */
const BYTES_PER_TARGET = { quiet: 1_024, verbose: 8_192 };

/** ANALYZE with its options, which the names of relations follow. */
export function analyzeCommand({ options }: AnalyzeSpec): string {
  return `ANALYZE${renderOptions(options)}`;
}

export function renderAnalyze(spec: AnalyzeSpec, targets: readonly Target[]): Command {
  const names = targets.map((target) => {
    const name = quoteQualified(target.schema, target.relation);
    return target.facts['only'] === true ? `ONLY ${name}` : name;
  });
  const perTarget = BYTES_PER_TARGET[spec.options.verbose === true ? 'verbose' : 'quiet'];
  return {
    sql: `${analyzeCommand(spec)} ${names.join(', ')}`,
    proof: 'catalog',
    queue_size: QUEUE_SIZE + targets.length * perTarget,
    reads_output: true,
  };
}

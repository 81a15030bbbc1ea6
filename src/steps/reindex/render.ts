import type { Target } from '../../generated/plan.v1.js';
import type { ReindexSpec } from '../../model/runbook.js';
import { quoteQualified } from '../../sql/quote.js';
import { QUEUE_SIZE, type Command } from '../contract.js';

export function renderReindex(spec: ReindexSpec, targets: readonly Target[]): Command {
  const [index] = targets;
  if (index === undefined || targets.length !== 1) throw new Error('REINDEX INDEX takes one index');
  const concurrently = spec.concurrently ? 'CONCURRENTLY ' : '';
  return {
    sql: `REINDEX INDEX ${concurrently}${quoteQualified(index.schema, index.relation)}`,
    proof: 'catalog',
    queue_size: QUEUE_SIZE,
    reads_output: true,
  };
}

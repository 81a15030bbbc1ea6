import type { Target } from '../../generated/plan.v1.js';
import type { RefreshSpec } from '../../model/runbook.js';
import { quoteQualified } from '../../sql/quote.js';
import { withCompletionMarker } from '../completion.js';
import { QUEUE_SIZE, type Command } from '../contract.js';

export function renderRefresh(spec: RefreshSpec, targets: readonly Target[]): Command {
  const [view] = targets;
  if (view === undefined || targets.length !== 1) throw new Error('REFRESH takes one view');
  const concurrently = spec.concurrently ? 'CONCURRENTLY ' : '';
  const name = quoteQualified(view.schema, view.relation);
  return {
    sql: withCompletionMarker(`REFRESH MATERIALIZED VIEW ${concurrently}${name}`),
    proof: 'marker',
    queue_size: QUEUE_SIZE,
    reads_output: true,
  };
}

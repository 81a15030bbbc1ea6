import type { Batch, Batches } from '../../generated/plan.v1.js';
import { formatNumber } from '../../model/phrases.js';
import { note, type Part } from './model.js';

/** How a table is walked, with the exact SQL of the first and of a typical batch. Pure. */
export function batchParts(batches: Batches, parts: number): Part[] {
  const { key, index, rows_estimated: rows, matching_estimated: matching } = batches;
  const wanted = matching === null ? '' : `, of which ${formatNumber(matching)} match`;
  const several = parts > 1 ? `, in ${String(parts)} parts at once` : '';
  return [
    note(`walks ${key.join(', ')} by ${index}${several}`),
    note(`about ${formatNumber(rows)} rows${wanted} (planner's estimate)`),
    ...batches.limits.map((limit) => note(limit)),
    ...batches.fires.map((what) => note(`fires ${what}`)),
    ...(batches.first === null ? [] : oneBatch('first', batches.first)),
    ...(batches.typical === null ? [] : oneBatch('typical', batches.typical)),
  ];
}

function oneBatch(name: string, { above, upto, rows, sql }: Batch): Part[] {
  if (upto === null) return [note(`${name} batch: there is no row`)];
  const from = above === null ? 'from the first row' : `after ${above}`;
  return [
    note(`${name} batch, ${from} to ${upto}, ${formatNumber(rows)} rows in several pieces:`),
    { sql },
  ];
}

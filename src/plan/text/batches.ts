import type { Batch, Batches } from '../../generated/plan.v1.js';
import { line, whole, type Line } from './line.js';
import { formatNumber } from '../../model/phrases.js';

/** How a table is walked, with the exact SQL of the first and of a typical batch. Pure. */
export function batchLines(batches: Batches, parts: number): Line[] {
  const { key, index, rows_estimated: rows, matching_estimated: matching } = batches;
  const wanted = matching === null ? '' : `, of which ${formatNumber(matching)} match`;
  const several = parts > 1 ? `, in ${String(parts)} parts at once` : '';
  return [
    line(`   walks ${key.join(', ')} by ${index}${several}`),
    line(`   about ${formatNumber(rows)} rows${wanted} (planner's estimate)`),
    ...batches.limits.map((limit) => line(`   ${limit}`)),
    ...batches.fires.map((what) => line(`   fires ${what}`)),
    ...(batches.first === null ? [] : oneBatch('first', batches.first)),
    ...(batches.typical === null ? [] : oneBatch('typical', batches.typical)),
  ];
}

function oneBatch(name: string, { above, upto, rows, sql }: Batch): Line[] {
  if (upto === null) return [line(`   ${name} batch: there is no row`)];
  const from = above === null ? 'from the first row' : `after ${above}`;
  return [
    line(`   ${name} batch, ${from} to ${upto}, ${formatNumber(rows)} rows in several pieces:`),
    ...sql.split('\n').map((row) => whole(`        ${row}`)),
  ];
}

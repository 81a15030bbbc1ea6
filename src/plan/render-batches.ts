import type { Batch, Batches } from '../generated/plan.v1.js';
import { oneLine } from '../model/printable.js';
import { wrapLine } from '../model/wrap.js';

const number = new Intl.NumberFormat('en');

/** How a table is walked, with the exact SQL of the first and of a typical batch. Pure. */
export function renderBatches(batches: Batches, parts: number): string[] {
  const { key, index, rows_estimated: rows, matching_estimated: matching } = batches;
  const wanted = matching === null ? '' : `, of which ${number.format(matching)} match`;
  const several = parts > 1 ? `, in ${String(parts)} parts at once` : '';
  return [
    `   walks ${key.join(', ')} by ${index}${several}`,
    `   about ${number.format(rows)} rows${wanted} (planner's estimate)`,
    ...batches.limits.map((limit) => `   ${limit}`),
    ...batches.fires.map((what) => `   fires ${what}`),
  ]
    .flatMap((line) => wrapLine(oneLine(line)))
    .concat(
      renderBatch('first', batches.first),
      batches.typical === null ? [] : renderBatch('typical', batches.typical),
    );
}

function renderBatch(name: string, { above, upto, rows, sql }: Batch): string[] {
  if (upto === null) return [`   ${name} batch: there is no row`];
  const from = above === null ? 'from the first row' : `after ${above}`;
  const head = `   ${name} batch, ${from} to ${upto}, ${number.format(rows)} rows in several pieces:`;
  return [...wrapLine(oneLine(head)), ...sql.split('\n').map((line) => `        ${oneLine(line)}`)];
}

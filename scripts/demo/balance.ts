import type { ReportV1 } from '../../src/generated/report.v1.js';
import { describeDuration } from '../../src/model/duration.js';
import { formatSize } from '../../src/model/size.js';
import { gainsOf, type StepGain } from './gains.js';
import type { Measure } from './measure.js';
import { formatCount, table } from './text.js';

/** What the run bought, by the catalogs before and after it. */
export function balance(before: Measure, after: Measure): string {
  const row = (name: string, fact: keyof Measure, format: (value: number) => string): string[] => [
    name,
    format(before[fact]),
    format(after[fact]),
    format(before[fact] - after[fact]),
  ];
  return table(
    [
      ['', 'before', 'after', 'gone'],
      row('dead rows', 'deadRows', formatCount),
      row('rows changed since ANALYZE', 'staleRows', formatCount),
      row('size of tables', 'tableBytes', formatSize),
      row('size of indexes', 'indexBytes', formatSize),
    ],
    [1, 2, 3],
  );
}

/** What each step did, by the evidence in the reports. */
export function stepTable(reports: readonly ReportV1[]): string {
  const head = ['step', 'status', 'time', 'tasks', 'dead rows gone', 'bytes freed'];
  return table([head, ...reports.flatMap(gainsOf).map(stepRow)], [2, 3, 4, 5]);
}

function stepRow(gain: StepGain): string[] {
  const { id, status, ms, tasks, deadRowsGone, bytesFreed } = gain;
  return [
    id,
    status,
    ms === undefined ? '-' : describeDuration(ms),
    String(tasks),
    deadRowsGone === undefined ? '-' : formatCount(deadRowsGone),
    bytesFreed === undefined ? '-' : formatSize(bytesFreed),
  ];
}

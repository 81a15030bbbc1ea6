import stringWidth from 'string-width';
import type { Database, InventoryReportV1 } from '../generated/inventory-report.v1.js';
import { count } from '../model/phrases.js';
import { oneLine } from '../model/printable.js';

const WIDTH = 80;

/** The order in which statuses are counted: what went well, then what wants somebody. */
const STATUSES: readonly Database['status'][] = [
  'succeeded',
  'detached',
  'deferred',
  'not_begun',
  'cancelled',
  'refused',
  'failed',
  'unknown',
  'running',
  'pending',
];

/**
 * The end of a command over an inventory for people: how many came to what, and a line for each
 * database that has not succeeded. No line has more than 80 columns. Pure.
 */
export function describeInventoryReport(report: InventoryReportV1): string {
  const { runbook, databases, exit_code, counts } = report;
  const done = STATUSES.flatMap((status) => {
    const n = counts[status] ?? 0;
    return n === 0 ? [] : [`${String(n)} ${words(status)}`];
  });
  const found = databases.filter(({ did }) => did === 'found').length;
  const left = databases.filter(({ status }) => status !== 'succeeded');
  const width = Math.max(...left.map(({ name }) => name.length), 0);
  return [
    `${runbook.name} on ${count(databases.length, 'database')}${whichOnes(report)}: exit ${String(exit_code)}`,
    ...(done.length === 0 ? [] : [`  ${done.join(', ')}`]),
    ...(found === 0
      ? []
      : [`  ${String(found)} of them ${found === 1 ? 'was' : 'were'} done in this pass already`]),
    ...left.map((database) => `  ${describeDatabase(database, width)}`),
  ]
    .map((line) => cut(oneLine(line)))
    .join('\n');
}

const words = (status: string): string => status.replace('_', ' ');

function whichOnes({ shard, tags, pass }: InventoryReportV1): string {
  return [
    ...(tags.length === 0 ? [] : [`, ${tags.join(' and ')}`]),
    ...(shard === null ? [] : [`, shard ${shard}`]),
    ...(pass === null ? [] : [`, pass ${pass}`]),
  ].join('');
}

function describeDatabase({ name, status, reason, error }: Database, width: number): string {
  const code = error === null ? '' : ` [${error}]`;
  return `${name.padEnd(width)}  ${words(status).padEnd(9)}${code} ${reason ?? ''}`.trimEnd();
}

/** What a server says may be in wide characters. */
function cut(line: string): string {
  if (stringWidth(line) <= WIDTH) return line;
  let room = WIDTH - 1;
  const characters = [...new Intl.Segmenter('en').segment(line)].map(({ segment }) => segment);
  const end = characters.findIndex((character) => (room -= stringWidth(character)) < 0);
  return `${characters.slice(0, end).join('')}…`;
}

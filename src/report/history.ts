import { describeDuration } from '../model/duration.js';
import type { PastRun } from '../model/past-run.js';
import { oneLine } from '../model/printable.js';
import { formatSize } from '../model/size.js';

const BAR = 10;

/**
 * Runs over time, the newest last, where the eye ends: how long each took, beside the longest of its
 * runbook, and what it freed. Pure.
 */
export function describeHistory(runs: readonly PastRun[]): string {
  if (runs.length === 0) return 'No runs yet.\n';
  const oldestFirst = runs.toReversed();
  const names = [...new Set(oldestFirst.map(({ runbook }) => runbook))].sort();
  const sections = names.map((name) => {
    const mine = oldestFirst.filter(({ runbook }) => runbook === name);
    return [oneLine(name), ...mine.map((run) => describeRun(run, longest(mine))), trend(mine)];
  });
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function longest(runs: readonly PastRun[]): number {
  return Math.max(1, ...runs.map(({ duration_ms: ms }) => ms ?? 0));
}

function describeRun(run: PastRun, most: number): string {
  const { run_id: id, started_at: at, status, duration_ms: ms, version } = run;
  const bar = ms === null ? '' : '#'.repeat(Math.max(1, Math.round((BAR * ms) / most)));
  const took = ms === null ? '-' : describeDuration(ms);
  return [
    // The id begins with the day.
    `  ${id}`,
    `${at.slice(11, 16)}Z`,
    `v${String(version)}`.padEnd(3),
    status.padEnd(9),
    took.padStart(8),
    bar.padEnd(BAR),
    ...notes(run),
  ]
    .join('  ')
    .trimEnd();
}

function notes({ tasks, troubled, deferred, bytes_freed: bytes }: PastRun): string[] {
  return [
    ...(bytes === 0 ? [] : [`${bytes > 0 ? '-' : '+'}${formatSize(Math.abs(bytes))}`]),
    ...(troubled === 0 ? [] : [`${String(troubled)}/${String(tasks)} failed`]),
    ...(deferred === 0 ? [] : [`${String(deferred)} deferred`]),
  ];
}

/** What is usual, and how the last run compares with it. */
function trend(runs: readonly PastRun[]): string {
  const good = runs.filter(({ status }) => status === 'succeeded');
  const freed = runs.reduce((sum, { bytes_freed: bytes }) => sum + bytes, 0);
  const share = `${String(good.length)} of ${String(runs.length)} succeeded`;
  const gains = freed > 0 ? `; ${formatSize(freed)} freed in all` : '';
  const durations = good.flatMap(({ duration_ms: ms }) => ms ?? []);
  const last = durations.at(-1);
  const before = durations.slice(0, -1);
  if (last === undefined || before.length === 0) return `  ${share}${gains}`;
  const usual = median(before);
  return `  ${share}${gains}; usually ${describeDuration(usual)}, the last ${compare(last, usual)}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** Less than a tenth is noise. */
function compare(last: number, usual: number): string {
  const percent = Math.round((100 * (last - usual)) / Math.max(usual, 1));
  if (Math.abs(percent) < 10) return 'about the same';
  return percent > 0 ? `${String(percent)} % longer` : `${String(-percent)} % shorter`;
}

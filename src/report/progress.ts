import type { Progress, Step } from '../generated/report.v1.js';
import { describeDuration } from '../model/duration.js';
import { formatSize } from '../model/size.js';
import { formatNumber } from '../model/phrases.js';

/** How far a walk has come, in a line. Pure. */
export function describeProgress(progress: Progress): string {
  const {
    rows_seen: seen,
    rows_estimated: estimated,
    rows_per_second: pace,
    eta_ms: eta,
  } = progress;
  const share =
    estimated > 0 ? ` (${String(Math.min(99, Math.floor((100 * seen) / estimated)))} %)` : '';
  const paces = progress.parts.filter(
    (part) => part.finished_at === null && part.batch_rows !== null,
  );
  return [
    `${formatNumber(seen)} of about ${formatNumber(estimated)} rows${share}`,
    ...(pace === null ? [] : [`${formatNumber(Math.round(pace))}/s`]),
    ...(eta === null || pace === null ? [] : [`about ${describeDuration(eta)} left`]),
    ...paces
      .slice(0, 1)
      .map(
        (part) =>
          `batch ${formatNumber(part.batch_rows ?? 0)} rows in ${describeDuration(part.batch_ms ?? 0)}`,
      ),
    ...(progress.paused_for === null ? [] : [`paused: ${progress.paused_for}`]),
  ].join(', ');
}

/** What a walk has done and left behind, in lines. Pure. */
export function describeWalk(step: Step, progress: Progress): string[] {
  const { rows_changed: changed, rows_unchanged: unchanged, batches } = progress;
  const { timed_batches: timed, timed_well: well } = progress;
  const onTime =
    timed === 0
      ? ''
      : `, ${String(Math.floor((100 * well) / timed))} % of them within 20 % of their time`;
  const growth = growthOf(step);
  return [
    `${formatNumber(progress.rows_seen)} rows walked, ${formatNumber(changed)} changed` +
      (unchanged === 0 ? '' : `, ${formatNumber(unchanged)} left unchanged`) +
      (progress.rows_left === null ? '' : `, ${formatNumber(progress.rows_left)} left that match`),
    `${formatNumber(batches)} batches${onTime}` +
      (progress.halvings === 0
        ? ''
        : `; ${formatNumber(progress.halvings)} tried again with fewer rows`),
    `${formatNumber(changed)} dead rows made, ${formatSize(progress.wal_bytes)} of WAL` +
      (growth === undefined ? '' : `, table ${growth < 0 ? '' : '+'}${formatSize(growth)}`),
    ...Object.entries(progress.pauses).map(
      ([what, { count, ms }]) =>
        `paused ${String(count)} times for ${what.replace('_', ' ')}, ${describeDuration(ms)} in all`,
    ),
  ];
}

/** By how many bytes the table has grown, from its first look to its last; others may have had a part in it. */
function growthOf({ tasks }: Step): number | undefined {
  const looks = tasks.flatMap((task) => task.targets.map((target) => target.evidence));
  const sizes = (when: 'before' | 'after'): number[] =>
    looks.flatMap((look) => {
      const size = look[when]?.['size_bytes'];
      return typeof size === 'number' ? [size] : [];
    });
  const [before, after] = [sizes('before'), sizes('after')];
  return before.length === 0 || after.length === 0
    ? undefined
    : Math.max(...after) - Math.min(...before);
}

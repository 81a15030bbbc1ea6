/** When a run may work. */
export interface Window {
  /** From the run's start, in ms. */
  readonly maxDurationMs: number | undefined;
  /** Minutes after midnight. */
  readonly notBefore: number | undefined;
  /** Minutes after midnight; at or before `notBefore` it is of the next day. */
  readonly finishBy: number | undefined;
  /** Days on which it opens, 0 is Sunday; undefined: every day. */
  readonly days: readonly number[] | undefined;
  /** An IANA name. */
  readonly timeZone: string;
  /** `drain`: launch nothing more; `cancel`: stop what runs, too. */
  readonly atEnd: 'drain' | 'cancel';
  /** What was left undone comes first in the next run. */
  readonly carryOver: boolean;
}

/** What the clock says of a window: both in ms since the epoch. */
export type WindowState =
  | { readonly open: true; readonly closesAt: number | undefined }
  | { readonly open: false; readonly opensAt: number };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;

/**
 * Whether a window is open, and when that changes. Where the wall clock leaves a time of day out, the
 * moment of its leap stands for it; where it shows a time twice, the first one counts.
 * @param now in ms since the epoch.
 */
export function windowAt(window: Window, now: number): WindowState {
  const { notBefore, finishBy, days, timeZone } = window;
  if (notBefore === undefined && days === undefined) {
    return {
      open: true,
      closesAt: finishBy === undefined ? undefined : next(finishBy, timeZone, now),
    };
  }
  const opens = notBefore ?? 0;
  const closes = finishBy ?? DAY_MINUTES;
  const length = closes > opens ? 0 : 1;
  const today = localDay(timeZone, now);
  // Yesterday's window may still be open; a week later every day has come.
  for (let day = today - 1; day <= today + 8; day += 1) {
    if (days !== undefined && !days.includes(weekday(day))) continue;
    const from = instantOf(day, opens, timeZone);
    if (now < from) return { open: false, opensAt: from };
    const until = instantOf(day + length, closes, timeZone);
    if (now < until) return { open: true, closesAt: until };
  }
  throw new Error('a window that opens on some day of the week opens within nine days');
}

/** When a run must end that begins at `start`; undefined when nothing ends it. */
export function windowEnd(window: Window, start: number): number | undefined {
  const state = windowAt(window, start);
  const ends = [
    ...(state.open && state.closesAt !== undefined ? [state.closesAt] : []),
    ...(window.maxDurationMs === undefined ? [] : [start + window.maxDurationMs]),
  ];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The next moment at which the wall clock comes to a time of day. */
function next(minutes: number, timeZone: string, now: number): number {
  const today = localDay(timeZone, now);
  for (let day = today; ; day += 1) {
    const at = instantOf(day, minutes, timeZone);
    if (at > now) return at;
  }
}

/** Days since the epoch; day 0 was a Thursday. */
function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

function localDay(timeZone: string, at: number): number {
  return Math.floor((at + offsetAt(timeZone, at)) / DAY_MS);
}

/** The first moment of a local day at which the wall clock shows a time of day, or a later one. */
function instantOf(day: number, minutes: number, timeZone: string): number {
  const wall = day * DAY_MS + minutes * MINUTE_MS;
  const early = wall - offsetAt(timeZone, wall - DAY_MS);
  const late = wall - offsetAt(timeZone, wall + DAY_MS);
  const shown = [early, late].filter((at) => at + offsetAt(timeZone, at) === wall);
  if (shown.length > 0) return Math.min(...shown);
  return leapBetween(timeZone, Math.min(early, late), Math.max(early, late));
}

/** The moment between two at which the zone's offset changes. */
function leapBetween(timeZone: string, from: number, to: number): number {
  const before = offsetAt(timeZone, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timeZone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local time minus UTC, in ms. */
function offsetAt(timeZone: string, at: number): number {
  const known = formats.get(timeZone);
  const format =
    known ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  if (known === undefined) formats.set(timeZone, format);
  const parts = Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(at / 1000) * 1000;
}

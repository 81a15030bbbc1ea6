export const DAY_MS = 86_400_000;

/** From large to small. */
const UNITS: Readonly<Record<string, number>> = {
  y: 365 * DAY_MS,
  w: 7 * DAY_MS,
  d: DAY_MS,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

const WHOLE = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** The longest duration: PostgreSQL's timeouts are int4 milliseconds, and so are JavaScript's timers. */
export const MAX_DURATION_MS = 2_147_483_647;

/** The greatest age: moments before it are still moments to PostgreSQL and to JavaScript. */
const MAX_AGE_MS = 1_000 * 365 * DAY_MS;

/**
 * Reads a duration such as `90s` or `1h30m`: whole numbers, units from large to small, none twice.
 * @returns milliseconds, or undefined when the text is none or is longer than {@link MAX_DURATION_MS}.
 */
export function parseDuration(text: string): number | undefined {
  return parse(text, MAX_DURATION_MS);
}

/** Reads how long ago something was, in the form of a duration: what no timer waits for may be years. */
export function parseAge(text: string): number | undefined {
  return parse(text, MAX_AGE_MS);
}

function parse(text: string, most: number): number | undefined {
  const match = WHOLE.exec(text);
  if (match === null || text === '') return undefined;
  const total = Object.values(UNITS).reduce(
    (sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit,
    0,
  );
  return total <= most ? total : undefined;
}

/** Years and weeks are for writing: nobody sees from `12w6d` that it is a limit of 90 days. */
const WRITTEN = Object.entries(UNITS).filter(([name]) => name !== 'y' && name !== 'w');

/** Writes milliseconds in the form that {@link parseAge} reads; `0s` for nothing. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const [name, unit] of WRITTEN) {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) text += `${String(count)}${name}`;
  }
  return text === '' ? '0s' : text;
}

/** From so many hours on, days tell more. */
const MANY_HOURS = 48;

/** Writes milliseconds for people, with two units at most: `3d 4h`, `2m 5s`, `1.3s`, `40ms`. */
export function describeDuration(ms: number): string {
  if (ms < 1_000) return `${String(Math.round(ms))}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours >= MANY_HOURS) return `${String(Math.floor(hours / 24))}d ${String(hours % 24)}h`;
  return hours > 0
    ? `${String(hours)}h ${String(minutes)}m`
    : `${String(minutes)}m ${String(seconds % 60)}s`;
}

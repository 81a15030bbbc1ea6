/** Milliseconds since 1970, or undefined: a report from a file may have text that is no time. */
export function parseTime(text: string | null): number | undefined {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Between two times in milliseconds, or undefined while one of them is not known. */
export function elapsedMs(from: string | null, to: string | null): number | undefined {
  const [start, end] = [parseTime(from), parseTime(to)];
  return start === undefined || end === undefined ? undefined : Math.max(0, end - start);
}

/** `2026-11-21 02:30:00 UTC`. */
export function describeTime(text: string | null): string {
  const ms = parseTime(text);
  return ms === undefined ? '–' : `${isoOf(ms).slice(0, 19).replace('T', ' ')} UTC`;
}

/** `02:30:00`, of a moment in UTC; of a longer stretch `02:30` is enough. */
export function clockTime(ms: number, seconds: boolean): string {
  return isoOf(ms).slice(11, seconds ? 19 : 16);
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

interface Tried {
  readonly attempts: readonly {
    readonly launched_at: string | null;
    readonly finished_at: string | null;
  }[];
}

/** From the first launch of a task to the end of its last attempt, pauses between them included. */
export function taskMs({ attempts }: Tried): number | undefined {
  const first = attempts.find(({ launched_at: at }) => at !== null)?.launched_at ?? null;
  return elapsedMs(first, attempts.at(-1)?.finished_at ?? null);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/**
 * Reads an amount of bytes in PostgreSQL's units, which are powers of 1024 and case-sensitive:
 * `512kB`, `1.5GB`.
 * @see https://www.postgresql.org/docs/current/config-setting.html
 * @returns bytes, or undefined when the text is none.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB|TB|PB)$/.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * 1024 ** UNITS.indexOf(match[2] as (typeof UNITS)[number]);
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : undefined;
}

/** Writes bytes for people: `0 B`, `8.0 kB`, `1.2 GB`. */
export function formatSize(bytes: number): string {
  const sign = bytes < 0 ? '-' : '';
  let amount = Math.abs(bytes);
  let unit = 0;
  while (amount >= 1023.95 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${sign}${unit === 0 ? String(amount) : amount.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
}

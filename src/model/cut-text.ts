/** Longer texts of a worker, in characters, are no use to anybody: a message may have hundreds of megabytes. */
export const LONGEST_TEXT = 10_000;

/** The beginning of an endless text, and how many bytes it had. */
export function cutText(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}... (cut: ${String(new TextEncoder().encode(text).length)} bytes)`;
}

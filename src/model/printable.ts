/**
 * Text from outside (names, messages, SQL) on one line of a terminal or a log: control characters,
 * which could move the cursor or fake a line, and characters that turn the writing direction around
 * show as U+FFFD.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/**
 * Text from outside (names, messages, SQL) on one line of a terminal or a log: control characters,
 * which could move the cursor or fake a line, and characters that turn the writing direction around
 * show as U+FFFD.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/** A DSN in the wrong place of a command line would be repeated in a message, and so in cron's mail. */
export function maskPasswords(text: string): string {
  return text
    .replace(/(\w:\/\/[^\s:@/'"]*:)[^\s@'"]+@/g, '$1***@')
    .replace(/(\bpassword\s*=\s*)(?:'[^']*'|[^\s']+)/gi, '$1***');
}

/** No message needs more; a name or a text from outside may be as long as it likes. */
const LONGEST = 1_000;

/**
 * {@link oneLine} of a message, its middle left out when somebody else's text made it endless. Passwords go
 * first: of one that is cut in two, nobody could tell any more that it is one.
 */
export function message(text: string): string {
  const line = oneLine(maskPasswords(text));
  if (line.length <= LONGEST) return line;
  return `${line.slice(0, LONGEST / 2)} … ${line.slice(-LONGEST / 2)}`;
}

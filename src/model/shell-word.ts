import { oneLine } from './printable.js';

/** A word for a POSIX shell's command line, quoted where it has to be: it is shown to be copied. */
export function shellWord(text: string): string {
  const line = oneLine(text);
  return /^[\w./@%+=:,-]+$/.test(line) ? line : `'${line.replaceAll("'", String.raw`'\''`)}'`;
}

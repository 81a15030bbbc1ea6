import { hidePasswords } from './passwords.js';

/**
 * Characters that show as something else than they are: control characters, which could move the cursor or
 * fake a line; those that turn the writing direction around; and those of no width, by which two
 * names look alike, but for those that join an emoji of several. Halves of characters are none.
 */
const UNPRINTABLE =
  /(?!(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D\p{Extended_Pictographic}|(?<=\p{Extended_Pictographic})\uFE0F)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;

/** True for a text that does not show as it is. */
export function isUnprintable(text: string): boolean {
  return text.search(UNPRINTABLE) >= 0;
}

/** Text from outside (names, messages, SQL) on one line: what cannot be shown is U+FFFD. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}

/** {@link oneLine} of text that has lines of its own, like SQL; tabs stay. */
export function manyLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : '\uFFFD'));
}

/** A DSN in the wrong place of a command line would be repeated in a message, and so in cron's mail. */
export function maskPasswords(text: string): string {
  return hidePasswords(text, () => '***');
}

/** What follows the host of a URL of a monitor or a chat is its secret, also in the wrong place of a command line. */
function maskUrls(text: string): string {
  return text.replace(/(https?:\/\/)(?:[^\s/]*@)?([^\s/?#]+)[/?#]\S+/gi, '$1$2/***');
}

/** No message needs more; a name or a text from outside may be as long as it likes. */
const LONGEST = 1_000;

/**
 * {@link oneLine} of a message, its middle left out when somebody else's text made it endless. Secrets go
 * before: of one that is cut in two, nobody could tell any more that it is one.
 */
export function message(text: string): string {
  const line = maskUrls(maskPasswords(oneLine(text)));
  if (line.length <= LONGEST) return line;
  return `${line.slice(0, LONGEST / 2)} … ${line.slice(-LONGEST / 2)}`;
}

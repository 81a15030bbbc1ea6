/** After this stands a password in a URI; `***@` is one that was hidden before. */
const IN_URI = /\w:\/\/[^\s:]*:(?!\*+@[^@]*$)/;
/** After this stands a secret among keywords or parameters. */
const AFTER_KEYWORD =
  /(?:password|oauth_client_secret|scram_(?:client|server)_key)['"]?\s*[:=]\s*(?!\*+(?: \(SQLSTATE| \[|$))(?=\S)/i;

/**
 * A text in which whatever may be a password is hidden, line by line, in time that grows with its length
 * alone. Rather too much goes than too little, since a password may hold blanks, quotes and signs that end
 * it elsewhere: of a URI all from the first colon after the user to the last `@` of the line, and all of the
 * line that follows the word password.
 * @param hide what stands there instead of a secret.
 */
export function hidePasswords(text: string, hide: (secret: string) => string): string {
  return text
    .split('\n')
    .map((line) => hideInLine(line, hide))
    .join('\n');
}

function hideInLine(line: string, hide: (secret: string) => string): string {
  const keyword = endOf(AFTER_KEYWORD, line);
  const uri = endOf(IN_URI, line);
  const at = line.lastIndexOf('@');
  // A password in a parameter may hold an @ as well: then all of the line goes.
  const end = keyword === undefined ? at : line.length;
  const begin = Math.min(keyword ?? end, uri !== undefined && uri < at ? uri : end);
  return begin < end ? line.slice(0, begin) + hide(line.slice(begin, end)) + line.slice(end) : line;
}

function endOf(pattern: RegExp, line: string): number | undefined {
  const match = pattern.exec(line);
  return match === null ? undefined : match.index + match[0].length;
}

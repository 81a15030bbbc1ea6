import { manyLines, oneLine } from './printable.js';

/** Whatever a forge makes a link of, or somebody is told of: mentions, issues, addresses, commits. */
const LINKED = /@|#\d|:\/\/|www\.|GH-\d|\b(?:GHSA|CVE)-|\b[0-9a-f]{7,40}\b/i;

/**
 * Text in which Markdown and HTML mean nothing, and of which no word becomes a link: escapes do not keep a
 * forge from that, code does. A dash or an underscore within a word means nothing to begin with, and is
 * left alone: chats and tickets show some of this as it is.
 */
export function escapeMarkdown(value: string): string {
  return oneLine(value)
    .split(' ')
    .map((word) => (LINKED.test(word) ? inlineCode(word) : escapeWord(word)))
    .join(' ');
}

function escapeWord(word: string): string {
  return word
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(
      /[\\`*{}[\]()#+!|~>$]|(?<![A-Za-z0-9])[-_]|[-_](?![A-Za-z0-9])/g,
      (char) => `\\${char}`,
    );
}

/** A fenced block of SQL, whose fence is longer than any in it. */
export function fenceSql(sql: string): string[] {
  const fence = '`'.repeat(Math.max(2, longestRun(sql)) + 1);
  return [`${fence}sql`, ...manyLines(sql).split('\n'), fence];
}

/**
 * A name or a message as inline code, in a table's cell too: it can be copied as it is, and mentions
 * nobody. A bar must be escaped, since tables are cut into cells before code is seen; behind a backslash it
 * cannot be.
 */
export function inlineCode(value: string): string {
  const line = oneLine(value)
    .replaceAll(/(?<=\\)\|/g, '\uFFFD')
    .replaceAll('|', '\\|');
  if (line.trim() === '') return '` `';
  const ticks = '`'.repeat(longestRun(line) + 1);
  const space = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return `${ticks}${space}${line}${space}${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

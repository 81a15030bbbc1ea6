import type { Diagnostic } from '../diagnostic.js';
import { hidePasswords } from '../../model/passwords.js';
import { isContent } from '../content.js';

/** A text of the same shape without passwords, so that a frame shows a line with its carets in place. */
export function starPasswords(text: string): string {
  return hidePasswords(text, (secret) => '*'.repeat(secret.length));
}

/** A content whose texts hold no passwords; keys stay as they are, for the way back to their places. */
export function masked(content: unknown, hide: (text: string) => string = starPasswords): unknown {
  if (typeof content === 'string') return hide(content);
  if (Array.isArray(content)) return content.map((item) => masked(item, hide));
  if (!isContent(content)) return content;
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, masked(value, hide)]),
  );
}

/** The parser quotes the piece of text that it stumbled over: a quote in a password cuts it in two. */
export function withoutFragments(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, message: diagnostic.message.replace(/: ".*$/s, '') };
}

import type { Diagnostic } from '../diagnostic.js';
import { isContent } from '../content.js';

const stars = (text: string): string => '*'.repeat(text.length);

/**
 * A text of the same shape, in which whatever may be a password is stars, so that a frame shows a line
 * with its carets in place. Rather too much is hidden than too little: of a URI all from the first
 * colon after `//` to the last `@` of the line, and all that follows the word password.
 */
export function starPasswords(text: string): string {
  return text
    .replace(
      /(:\/\/[^\s:]*:)(.+)(?=@)/g,
      (_all, before: string, secret: string) => before + stars(secret),
    )
    .replace(
      /(password['"]?\s*[:=][^\S\n]*)(.+)/gi,
      (_all, before: string, secret: string) => before + stars(secret),
    );
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

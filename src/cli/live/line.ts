import stringWidth from 'string-width';
import { maskPasswords, oneLine } from '../../model/printable.js';
import type { Style } from '../io.js';

/** A piece of a line in one style. */
export interface Piece {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Line = readonly Piece[];

const ELLIPSIS = '…';

/** Longer names are cut before they are measured: segmenting a megabyte is slow. */
const LONGEST = 400;
/** Passwords are looked for in more than is shown: half of one is not told from other text. */
const LOOKED_AT = 4_000;

/** The columns that a text takes, of which nothing moves the cursor. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Text from outside, on one line, with nothing in it that a terminal acts upon. */
export function harmless(text: string): string {
  const shown = maskPasswords(text.slice(0, LOOKED_AT)).slice(0, LONGEST);
  // Characters without a width of their own could pile up by the thousand.
  return oneLine(shown)
    .replace(/\p{Cf}/gu, '')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1');
}

/** As much of a text as fits, `…` in place of the rest. */
export function cut(text: string, width: number): string {
  if (width <= 0) return '';
  const whole = harmless(text);
  if (widthOf(whole) <= width) return whole;
  let room = width - 1;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en').segment(whole)) {
    room -= widthOf(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept + ELLIPSIS;
}

/** {@link cut}, and filled with spaces. */
export function pad(text: string, width: number): string {
  const fitting = cut(text, width);
  return fitting + ' '.repeat(Math.max(0, width - widthOf(fitting)));
}

/** The pieces of a line as far as they fit. */
export function fit(line: Line, width: number): Line {
  const kept: Piece[] = [];
  let room = width;
  for (const { text, style } of line) {
    if (room <= 0) break;
    const fitting = cut(text, room);
    room -= widthOf(fitting);
    kept.push({ text: fitting, style });
  }
  return kept;
}

/** `piece   piece`, without those that are empty. */
export function join(pieces: readonly Piece[], gap: string): Piece[] {
  return pieces
    .filter(({ text }) => text !== '')
    .flatMap((piece, index) => (index === 0 ? [piece] : [{ text: gap }, piece]));
}

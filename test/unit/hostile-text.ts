import { fc } from '@fast-check/vitest';

/** By code points, so that it is not the product's own list: what no output for people may hold. */
const INVISIBLE: readonly (readonly [from: number, to: number])[] = [
  ...([
    [0x00, 0x09],
    [0x0b, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x34f, 0x34f],
  ] as const),
  ...([
    [0x61c, 0x61c],
    [0x180b, 0x180f],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
  ] as const),
  ...([
    [0x2060, 0x206f],
    [0x3164, 0x3164],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffb],
  ] as const),
  ...([
    [0xd800, 0xdfff],
    [0xe0000, 0xe007f],
  ] as const),
];

/** What is left in an output that should not be, by number; tabs and line breaks are looked at elsewhere. */
export function invisibleIn(text: string): string[] {
  return Array.from(text, (char) => char.codePointAt(0) ?? 0)
    .filter((point) => point !== 0x09)
    .filter((point) => INVISIBLE.some(([from, to]) => point >= from && point <= to))
    .map((point) => point.toString(16));
}

const invisible = fc
  .constantFrom(...INVISIBLE)
  .chain(([from, to]) => fc.integer({ min: from, max: to }));

/** Texts of which every other character is an invisible one, between letters and markup. */
export const hostileText = fc
  .array(fc.tuple(invisible, fc.constantFrom('a', ' ', '"', '<', '\n', '\r\n', '|', '`', '@b')), {
    minLength: 1,
    maxLength: 12,
  })
  .map((pairs) => pairs.map(([point, text]) => String.fromCodePoint(point) + text).join(''));

/** A Markdown text without its code, in which nothing means anything. */
export function outsideCode(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})sql\n[^]*?^\1$/gm, '')
    .replaceAll(/(?<![`\\])(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
}

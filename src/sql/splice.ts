/** A part of a text, and what takes its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** @param replacements in the order of the text; none overlaps another. */
export function splice(text: string, replacements: readonly Replacement[]): string {
  const pieces = replacements.map(
    (one, index) => text.slice(replacements[index - 1]?.end ?? 0, one.start) + one.text,
  );
  return pieces.join('') + text.slice(replacements.at(-1)?.end ?? 0);
}

/** The index in the text as it was, of an index in the spliced one: of a replacement, where it begins. */
export function offsetBefore(replacements: readonly Replacement[], offset: number): number {
  let grown = 0;
  for (const { start, end, text } of replacements) {
    if (offset < start + grown) break;
    if (offset < start + grown + text.length) return start;
    grown += text.length - (end - start);
  }
  return offset - grown;
}

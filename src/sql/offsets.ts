/**
 * Turns UTF-8 byte offsets into string indexes. One pass for many offsets; an offset inside a
 * character gives that character's index, and one behind the end gives the length.
 */
export function byteOffsetReader(text: string): (byte: number) => number {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === text.length
    ? (byte) => Math.min(byte, text.length)
    : (byte) =>
        bytes
          .subarray(0, byte)
          .toString('utf8')
          .replace(/\uFFFD+$/, '').length;
}

/** The string index of the character with this number, counted in code points from 0. */
export function codePointIndex(text: string, count: number): number {
  let index = 0;
  for (let seen = 0; seen < count && index < text.length; seen += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

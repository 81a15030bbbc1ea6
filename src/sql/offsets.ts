/**
 * Turns UTF-8 byte offsets into string indexes. The text is walked once, however many are asked for; an
 * offset inside a character gives that character's index, and one behind the end gives the length.
 */
export function byteOffsetReader(text: string): (byte: number) => number {
  const length = Buffer.byteLength(text);
  if (length === text.length) return (byte) => Math.min(byte, length);
  const indexes = new Uint32Array(length);
  let byte = 0;
  let index = 0;
  for (const char of text) {
    const end = byte + utf8Length(char.codePointAt(0) ?? 0);
    indexes.fill(index, byte, end);
    byte = end;
    index += char.length;
  }
  return (offset) => indexes[offset] ?? text.length;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x1_0000 ? 3 : 4;
}

/** The string index of the character with this number, counted in code points from 0. */
export function codePointIndex(text: string, count: number): number {
  let index = 0;
  for (let seen = 0; seen < count && index < text.length; seen += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

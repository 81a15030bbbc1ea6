import type { Scalar } from 'yaml';

const ESCAPE = /^\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n|[^])/;
const BLANK_ESCAPE = /^\\[ntr_LPvf \t\r\n]/;

/** One character as written: how long it is in the source, and whether it reads as white space. */
interface Written {
  readonly length: number;
  readonly blank: boolean;
}

function written(text: string, index: number, type: string | undefined): Written {
  const char = text.charAt(index);
  if (type === 'QUOTE_SINGLE' && char === "'") return { length: 2, blank: false };
  if (type === 'QUOTE_DOUBLE' && char === '\\') {
    const escape = ESCAPE.exec(text.slice(index, index + 12))?.[0] ?? char;
    return { length: escape.length, blank: BLANK_ESCAPE.test(escape) };
  }
  return { length: 1, blank: /\s/.test(char) };
}

function contentSpan(text: string, node: Scalar): readonly [start: number, end: number] {
  const [start, end] = node.range ?? [0, 0];
  if (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE') return [start + 1, end - 1];
  if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') return [start, end];
  const header = text.indexOf('\n', start);
  return [header < 0 || header > end ? start : header + 1, end];
}

/** The characters of a scalar that are no white space, in its value and in the source. */
interface Correspondence {
  /** By an index into the value, how many stand before it. */
  readonly before: Uint32Array;
  /** Of each, its index in the source; and last, where the last one ends. */
  readonly places: readonly number[];
}

/** A text may hold thousands of places that something is said about: it is walked once. */
const known = new WeakMap<Scalar, Correspondence>();

function correspondenceOf(text: string, node: Scalar): Correspondence {
  const found = known.get(node);
  if (found !== undefined) return found;
  const made = { before: countBefore(String(node.value)), places: findPlaces(text, node) };
  known.set(node, made);
  return made;
}

function countBefore(value: string): Uint32Array {
  const before = new Uint32Array(value.length + 1);
  for (let at = 0; at < value.length; at += 1) {
    before[at + 1] = (before[at] ?? 0) + (/\s/.test(value.charAt(at)) ? 0 : 1);
  }
  return before;
}

function findPlaces(text: string, node: Scalar): number[] {
  const [start, end] = contentSpan(text, node);
  const places: number[] = [];
  let last = start;
  for (let at = start; at < end;) {
    const { length, blank } = written(text, at, node.type);
    if (!blank) places.push(at);
    at += length;
    if (!blank) last = at;
  }
  return [...places, last];
}

/**
 * The index in the source of a character of a scalar's value. Folding, indentation and chomping
 * change white space only, so the n-th character that is none stands for the n-th in the value.
 */
export function offsetInScalar(text: string, node: Scalar, index: number): number {
  const { before, places } = correspondenceOf(text, node);
  const nth = before[Math.min(index, before.length - 1)] ?? 0;
  return places[Math.min(nth, places.length - 1)] ?? 0;
}

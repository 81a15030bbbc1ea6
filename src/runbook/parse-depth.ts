import type { CST } from 'yaml';

/** A runbook needs some six levels. */
const MAX_DEPTH = 100;

/** A list of relations may be long; no mapping or list that is longer was written for this. */
const MAX_ITEMS = 5_000;

/** True for a content that nests deeper than its text: by aliases, perhaps without end. */
export function isTooDeep(content: unknown): boolean {
  let level = new Set<unknown>([content]);
  for (let depth = 0; depth < MAX_DEPTH && level.size > 0; depth += 1) {
    level = new Set([...level].flatMap(valuesOf));
  }
  return level.size > 0;
}

function valuesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function children(token: CST.Token): CST.Token[] {
  if (!('items' in token)) return [];
  return token.items.flatMap((item) => [item.key, item.value].flatMap((one) => one ?? []));
}

/** What a text has too much of, and where. */
export interface Excess {
  readonly offset: number;
  readonly code: 'yaml-too-deep' | 'yaml-too-long';
}

/**
 * Finds in what the parser made of a text what nests deeper, or lists more, than any runbook does. Composing a document recurses: some
 * thousand levels exhaust the stack, and inside a regular expression that aborts the whole process;
 * and it compares each key of a mapping with all others. The parser before it does neither.
 */
export function findExcess(documents: readonly CST.Token[]): Excess | undefined {
  let level = documents.flatMap((token) =>
    token.type === 'document' && token.value !== undefined ? [token.value] : [],
  );
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const long = level.find((token) => 'items' in token && token.items.length > MAX_ITEMS);
    if (long !== undefined) return { offset: long.offset, code: 'yaml-too-long' };
    level = level.flatMap(children);
  }
  const [deep] = level;
  return deep === undefined ? undefined : { offset: deep.offset, code: 'yaml-too-deep' };
}

/** One part of a glob: text in which `*` and `?` are wildcards, or text taken literally. */
export interface GlobPart {
  readonly text: string;
  readonly literal: boolean;
}

/** A pattern for relations: `schema.name`. */
export interface RelationGlob {
  readonly schema: GlobPart;
  readonly name: GlobPart;
}

const PART = /^(?:"((?:[^"]|"")+)"|([^".\0]+))$/;
const WHOLE = /^("(?:[^"]|"")+"|[^".\0]+)\.("(?:[^"]|"")+"|[^".\0]+)$/;

function parsePart(text: string): GlobPart | undefined {
  const match = PART.exec(text);
  if (match === null) return undefined;
  return match[1] === undefined
    ? { text: match[2] ?? '', literal: false }
    : { text: match[1].replaceAll('""', '"'), literal: true };
}

/**
 * Reads `schema.name`. Unlike psql, a part without quotes keeps its case: names come from YAML, not
 * from SQL, so `App.Users` means just that.
 * @returns the glob, or undefined when the text is none.
 */
export function parseRelationGlob(text: string): RelationGlob | undefined {
  const match = WHOLE.exec(text);
  const schema = parsePart(match?.[1] ?? '');
  const name = parsePart(match?.[2] ?? '');
  return schema === undefined || name === undefined ? undefined : { schema, name };
}

/** True when the part can match one text only. */
export function isExact(part: GlobPart): boolean {
  return part.literal || !/[*?]/.test(part.text);
}

/** Writes a part as an anchored POSIX regular expression that PostgreSQL and JavaScript read alike. */
export function toRegExpSource(part: GlobPart): string {
  // Of many wildcards in a row an engine would try every way to share the text out among them.
  const text = part.literal ? part.text : part.text.replaceAll(/\*+/g, '*');
  const source = Array.from(text, (char) => {
    if (!part.literal && char === '*') return '.*';
    if (!part.literal && char === '?') return '.';
    return /[\p{L}\p{N}_]/u.test(char) ? char : `[${/[\\^\]-]/.test(char) ? `\\${char}` : char}]`;
  });
  return `^(?:${source.join('')})$`;
}

/** Writes a pattern as a runbook does. */
export function formatRelationGlob({ schema, name }: RelationGlob): string {
  return [schema, name]
    .map(({ text, literal }) => (literal ? `"${text.replaceAll('"', '""')}"` : text))
    .join('.');
}

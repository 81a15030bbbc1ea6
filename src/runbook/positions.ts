import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
} from 'yaml';
import { aliasTargets } from './aliases.js';
import { toPointer, type Diagnostic, type Path, type Problem } from './diagnostic.js';
import { suggestion } from '../model/nearest.js';
import { offsetInScalar } from './scalar-offset.js';
import type { Source } from './source.js';

type Span = readonly [start: number, end: number];
type Place = Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'>;

/** Where a path leads: the node, and the key before it. */
interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** Lines and columns, from 1, of two indexes into the text. */
export function rangeOnLines(lines: LineCounter, start: number, end: number): Place {
  const [from, to] = [lines.linePos(start), lines.linePos(Math.max(start, end))];
  return {
    line: Math.max(from.line, 1),
    column: Math.max(from.col, 1),
    endLine: Math.max(to.line, 1),
    endColumn: Math.max(to.col, 1),
  };
}

function aliased({ document }: Source, node: Node | undefined): Node | undefined {
  return isAlias(node) ? aliasTargets(document).get(node) : node;
}

function child(source: Source, parent: Node | undefined, part: string | number): Found {
  const node = aliased(source, parent);
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isScalar(item.key) && String(item.key.value) === String(part),
    );
    return {
      key: isNode(pair?.key) ? pair.key : undefined,
      value: isNode(pair?.value) ? pair.value : undefined,
    };
  }
  const item = isSeq(node) ? node.items[Number(part)] : undefined;
  return { key: undefined, value: isNode(item) ? item : undefined };
}

function find(source: Source, path: Path): Found {
  const root = source.document.contents;
  let found: Found = { key: undefined, value: isNode(root) ? root : undefined };
  for (const part of path) found = child(source, found.value, part);
  return found;
}

function spanOf(node: Node | undefined): Span | undefined {
  const range = node?.range;
  return range === undefined || range === null ? undefined : [range[0], range[1]];
}

/** A block of many lines is best shown by its key, or where it has none, by its own first key. */
function spanOfFound({ key, value }: Found, at: 'key' | 'value'): Span | undefined {
  if (at === 'key' && key !== undefined) return spanOf(key);
  if (isCollection(value) && value.flow !== true) {
    if (key !== undefined) return spanOf(key);
    const first = isMap(value) ? value.items[0]?.key : value.items[0];
    return (isNode(first) ? spanOf(first) : undefined) ?? spanOf(value);
  }
  const span = spanOf(value);
  return span !== undefined && span[1] > span[0] ? span : (spanOf(key) ?? span);
}

/** The nearest part of the document that exists: a key that is missing is shown at its parent. */
function spanAt(source: Source, path: Path, at: 'key' | 'value'): Span {
  const span = spanOfFound(find(source, path), at);
  if (span !== undefined) return span;
  return path.length === 0 ? [0, 0] : spanAt(source, path.slice(0, -1), at);
}

function spanInText(source: Source, path: Path, textOffset: number): Span | undefined {
  const { value } = find(source, path);
  const node = aliased(source, value);
  if (!isScalar(node)) return undefined;
  const start = offsetInScalar(source.text, node, textOffset);
  const word =
    /^(?::'\w+'|:"\w+"|\$\{[^}]*\}|[\p{L}\p{N}_]+|\S)/u.exec(
      source.text.slice(start, start + 200),
    )?.[0] ?? '';
  return [start, start + word.length];
}

/** Cuts a range at the end of its first line, trailing white space left out. */
function onFirstLine(text: string, [start, end]: Span): Span {
  const line = text.slice(start, end).split(/\r?\n/, 1)[0] ?? '';
  return [start, start + line.trimEnd().length];
}

/** Gives a problem its place in the text. */
export function locate(source: Source, problem: Problem): Diagnostic {
  const { path, at = 'value', textOffset, severity = 'error', unknown, ...rest } = problem;
  const inText = textOffset === undefined ? undefined : spanInText(source, path, textOffset);
  const span = onFirstLine(source.text, inText ?? spanAt(source, path, at));
  return {
    ...(unknown === undefined ? {} : suggestion(unknown.word, unknown.among)),
    ...rest,
    severity,
    file: source.path,
    ...rangeOnLines(source.lines, ...span),
    path: toPointer(path),
  };
}

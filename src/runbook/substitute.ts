import type { Parameters } from '../model/runbook.js';
import { isContent } from './content.js';
import { toPointer, type Path, type Problem } from './diagnostic.js';
import { isSqlPath } from './sql-texts.js';

const REFERENCE = /\$\{([^{}\s]*)\}/g;

/** What names the runbook and its parts: a parameter here would change what the file is. */
const FIXED =
  /^(?:api_version|name|version|parameters(?:\/[^]*)?|steps\/\d+\/(?:id|needs(?:\/\d+)?))$/;

export interface Substituted {
  readonly content: unknown;
  /** JSON pointers of the values that still wait for a parameter. */
  readonly open: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

interface Work {
  readonly names: readonly string[];
  readonly known: ReadonlySet<string>;
  readonly values: Parameters;
  readonly open: Set<string>;
  readonly problems: Problem[];
}

function referencesIn(text: string): RegExpExecArray[] {
  return [...text.matchAll(REFERENCE)];
}

function refuseInSql(text: string, path: Path, work: Work): void {
  for (const match of referencesIn(text)) {
    const name = match[1] ?? '';
    if (!work.known.has(name)) continue;
    work.problems.push({
      code: 'parameter-in-sql',
      message: `\${${name}} is not replaced inside SQL`,
      hint: `Write :'${name}' for a literal, or :"${name}" for an identifier.`,
      path,
      textOffset: match.index,
    });
  }
}

function checkNames(text: string, path: Path, work: Work): void {
  for (const match of referencesIn(text)) {
    const name = match[1] ?? '';
    if (work.known.has(name)) continue;
    work.problems.push({
      code: 'unknown-parameter',
      message: `there is no parameter \`${name}\``,
      unknown: { word: name, among: work.names },
      path,
      textOffset: match.index,
    });
  }
}

function valueOf(name: string, work: Work): Parameters[string] | undefined {
  return Object.hasOwn(work.values, name) ? work.values[name] : undefined;
}

/** A text that is one reference takes the value with its type; within more text it becomes text. */
function substituteText(text: string, path: Path, work: Work): unknown {
  checkNames(text, path, work);
  const names = referencesIn(text).map((match) => match[1] ?? '');
  if (names.some((name) => valueOf(name, work) === undefined)) {
    work.open.add(toPointer(path));
    return text;
  }
  const [name] = names;
  if (name !== undefined && text === `\${${name}}`) return valueOf(name, work);
  return text.replace(REFERENCE, (_whole, one: string) => String(valueOf(one, work)));
}

function walk(value: unknown, path: Path, work: Work): unknown {
  if (FIXED.test(path.join('/'))) return value;
  if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index], work));
  if (isContent(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key], work)]),
    );
  }
  if (typeof value !== 'string' || !value.includes('${')) return value;
  if (!isSqlPath(path)) return substituteText(value, path, work);
  refuseInSql(value, path, work);
  return value;
}

/** Puts parameter values in place of `${name}`, everywhere but in SQL and in what names things. */
export function substituteParameters(
  content: unknown,
  names: readonly string[],
  values: Parameters,
): Substituted {
  const known = new Set(names);
  const work: Work = { names, known, values, open: new Set(), problems: [] };
  return { content: walk(content, [], work), open: work.open, problems: work.problems };
}

import type { DiagnosticCode } from './diagnostic-texts.js';

/** A place in a document: keys and indexes from the root. */
export type Path = readonly (string | number)[];

export type Severity = 'error' | 'warning' | 'info';

/** What is wrong and where, ready for an editor, a log or a person. Lines and columns count from 1. */
export interface Diagnostic {
  /** The kind of problem, a stable kebab-case word. */
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** The column behind the last character. */
  readonly endColumn: number;
  /** JSON pointer into the document; absent when the file could not be read as one. */
  readonly path?: string;
}

/** A problem found in the content, before its place in the text is known. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly severity?: Severity;
  readonly message: string;
  readonly hint?: string;
  /** A word that is none of those known here: the hint names the nearest, once it is known to be shown. */
  readonly unknown?: UnknownWord;
  readonly path: Path;
  /** Whether the key at the path is at fault, or its value (the default). */
  readonly at?: 'key' | 'value';
  /** The index within the text at the path; without it the whole text is meant. */
  readonly textOffset?: number;
}

export interface UnknownWord {
  readonly word: string;
  readonly among: readonly string[];
}

/** Nobody reads more; and thousands of mistakes in a hostile text would take minutes to explain. */
export const MAX_PROBLEMS = 200;

/** At most so many problems, errors first; where there are more, the first one says so. */
export function limitProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const isError = ({ severity = 'error' }: Problem): boolean => severity === 'error';
  const kept = [...problems.filter(isError), ...problems.filter((one) => !isError(one))];
  const message = `there are more than ${String(MAX_PROBLEMS)} problems; these are the first`;
  const severity = problems.some(isError) ? 'error' : 'warning';
  return [
    { code: 'too-many-problems', severity, message, path: [] },
    ...kept.slice(0, MAX_PROBLEMS - 1),
  ];
}

/** Writes a path as a JSON pointer. */
export function toPointer(path: Path): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** In the order of the text, each problem once. */
export function sortDiagnostics<D extends Diagnostic>(diagnostics: readonly D[]): D[] {
  const unique = new Map(diagnostics.map((one) => [identity(one), one]));
  return [...unique.values()].sort(
    (a, b) => a.line - b.line || a.column - b.column || a.code.localeCompare(b.code, 'en'),
  );
}

function identity(one: Diagnostic): string {
  return JSON.stringify([one.code, one.line, one.column, one.message]);
}

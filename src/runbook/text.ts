import type { Diagnostic } from './diagnostic.js';
import { sentenceStart, type FileFormat } from './file-format.js';

/** A file that is larger was not written by hand, and reading it could exhaust the memory. */
export const MAX_FILE_BYTES = 1024 * 1024;

export interface DecodedText {
  readonly text: string;
  /** False when the bytes were not UTF-8; U+FFFD then stands for what could not be read. */
  readonly valid: boolean;
}

/** The line and column of an index, for a text that is not parsed yet. */
export function placeAt(
  text: string,
  index: number,
): Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const before = text.slice(0, Math.max(index, 0)).split('\n');
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  return { line, column, endLine: line, endColumn: column + 1 };
}

/** The refusal of a file that is too large to be what it should. */
export function sizeProblem(file: string, format: FileFormat): Diagnostic {
  return {
    code: 'file-too-large',
    severity: 'error',
    message: 'the file is larger than 1 MiB',
    hint: `${sentenceStart(format)} is a text of some pages; split it, or check that this is the right file.`,
    file,
    ...placeAt('', 0),
  };
}

/** What makes a text no YAML that every reader would understand alike, if anything does. */
export function refuseText(
  { text, valid }: DecodedText,
  file: string,
  format: FileFormat,
): Diagnostic | undefined {
  if (!valid) {
    return {
      code: 'file-encoding',
      severity: 'error',
      message: 'the file is not valid UTF-8',
      hint: 'Save it as UTF-8.',
      file,
      ...placeAt(text, text.indexOf('\uFFFD')),
    };
  }
  if (text.startsWith('\uFEFF')) {
    return {
      code: 'file-bom',
      severity: 'error',
      message: 'the file begins with a byte order mark',
      hint: 'Save it as UTF-8 without BOM: other tools would read the mark as part of the first key.',
      file,
      ...placeAt(text, 0),
    };
  }
  if (!text.includes('\0')) return undefined;
  return {
    code: 'file-nul',
    severity: 'error',
    message: 'the file holds a NUL byte',
    hint: `It may be a binary file or UTF-16 text; ${format.one} is UTF-8.`,
    file,
    ...placeAt(text, text.indexOf('\0')),
  };
}

import stringWidth from 'string-width';
import type { Diagnostic, Severity } from './diagnostic.js';
import { cutAround, toCells, type Cell } from './text-cells.js';
import { message } from '../model/printable.js';

/** The parts of a rendered diagnostic that a terminal may want to colour. */
export type RenderPart = 'location' | Severity | 'code' | 'gutter' | 'caret' | 'hint';

export interface RenderOptions {
  /** Columns that the frame and the hint may take. Default 80. */
  readonly width?: number;
  readonly style?: (part: RenderPart, text: string) => string;
}

type Style = NonNullable<RenderOptions['style']>;

function header(diagnostic: Diagnostic, style: Style): string {
  const { file, line, column, severity, code } = diagnostic;
  const place = style('location', `${message(file)}:${String(line)}:${String(column)}:`);
  return `${place} ${style(severity, `${severity}:`)} ${message(diagnostic.message)} ${style('code', `[${code}]`)}`;
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

/** Where the character begins that holds an index: a caret under its middle would be off by its width. */
function cellStart(cells: readonly Cell[], index: number, lineLength: number): number {
  if (index >= lineLength) return index;
  return cells.findLast((cell) => cell.start <= index)?.start ?? index;
}

/** The lines of the text that was shown last: hundreds of frames may be drawn of a long one. */
let split: { readonly source: string; readonly lines: readonly string[] } | undefined;

function lineOf(source: string, line: number): string | undefined {
  if (split?.source !== source) split = { source, lines: source.split('\n') };
  return split.lines[line - 1];
}

function frame(diagnostic: Diagnostic, source: string, width: number, style: Style): string[] {
  const line = lineOf(source, diagnostic.line)?.replace(/\r$/, '');
  if (line === undefined) return [];
  const number = String(diagnostic.line).padStart(4);
  const blank = ' '.repeat(number.length);
  const cells = toCells(line, diagnostic.column - 1);
  const start = cellStart(cells, diagnostic.column - 1, line.length);
  const end = diagnostic.endLine === diagnostic.line ? diagnostic.endColumn - 1 : line.length;
  const caretPastEnd = start >= line.length ? 1 : 0;
  const shown = cutAround(cells, start, width - number.length - 4 - caretPastEnd);
  const before = widthOf(shown.filter((cell) => cell.start < start));
  const marked = widthOf(shown.filter((cell) => cell.start >= start && cell.start < end));
  const carets = ' '.repeat(before) + style('caret', '^'.repeat(Math.max(marked, 1)));
  return [
    `${style('gutter', ` ${number} |`)} ${shown.map((cell) => cell.text).join('')}`.trimEnd(),
    `${style('gutter', ` ${blank} |`)} ${carets}`,
  ];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(`${last} ${word}`) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function hintLines(hint: string, width: number, style: Style): string[] {
  const [label, indent] = ['  hint: ', ' '.repeat(8)];
  return wrap(message(hint), width - label.length).map((line, index) =>
    index === 0 ? `${style('hint', label.trimEnd())} ${line}` : indent + line,
  );
}

/**
 * Writes a diagnostic for people: `file:line:column: error: message [code]`, the line of the source
 * with carets under the fault, and the hint.
 * @param source the file's text; without it there is no frame
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  source?: string,
  options: RenderOptions = {},
): string {
  const { width = 80 } = options;
  const style: Style = options.style ?? ((_part, text) => text);
  return [
    header(diagnostic, style),
    ...(source === undefined ? [] : frame(diagnostic, source, width, style)),
    ...(diagnostic.hint === undefined ? [] : hintLines(diagnostic.hint, width, style)),
  ].join('\n');
}

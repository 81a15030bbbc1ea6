import { Composer, LineCounter, Parser, type CST, type Document } from 'yaml';
import type { Diagnostic } from './diagnostic.js';
import type { DiagnosticCode } from './diagnostic-texts.js';
import { sentenceStart, type FileFormat } from './file-format.js';
import { findExcess, isTooDeep, type Excess } from './parse-depth.js';
import { findNodeProblems } from './parse-nodes.js';
import { rangeOnLines } from './positions.js';
import type { Source } from './source.js';
import { placeAt } from './text.js';

export type ParseResult =
  | { readonly ok: true; readonly source: Source; readonly content: unknown }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** More expansions of one anchor than this are an attack or a mistake. */
const MAX_ALIAS_COUNT = 100;

const OPTIONS = { prettyErrors: false, stringKeys: true, uniqueKeys: true } as const;

const CHECK_LAYOUT =
  'Check the indentation here, and that every quote and bracket above is closed.';
const QUOTE_COLON = 'Quote a text that holds `: `; otherwise check the indentation.';

const CODES: Readonly<Record<string, readonly [code: DiagnosticCode, hint?: string]>> = {
  TAB_AS_INDENT: ['yaml-tab', 'Indent with spaces.'],
  BAD_INDENT: ['yaml-indent', CHECK_LAYOUT],
  DUPLICATE_KEY: ['duplicate-key', 'Remove one of the two, or give it another name.'],
  MULTIPLE_DOCS: ['yaml-several-documents', 'One file holds one document; remove the `---`.'],
  NON_STRING_KEY: ['yaml-key', 'Keys are plain text.'],
  BAD_ALIAS: ['yaml-alias'],
  BLOCK_AS_IMPLICIT_KEY: ['yaml-syntax', QUOTE_COLON],
  MULTILINE_IMPLICIT_KEY: ['yaml-syntax', QUOTE_COLON],
  MISSING_CHAR: ['yaml-syntax', CHECK_LAYOUT],
};

/** A syntax error as the YAML library reports it. */
type SyntaxError = Pick<Document['errors'][number], 'code' | 'message' | 'pos'>;

function describe(error: SyntaxError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\s]+/.exec(text.slice(error.pos[0]))?.[0] ?? '';
    return `the key ${key} stands here a second time`;
  }
  if (error.code === 'MULTIPLE_DOCS') return 'a second YAML document begins here';
  const message = error.message.replace(/closing ["']quote/, 'closing quote');
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}

/** The library's parseDocument would parse a second time what was parsed to be looked at. */
function compose(
  tokens: readonly CST.Token[],
  lines: LineCounter,
  text: string,
): [Document, Document | undefined] {
  const composer = new Composer({ ...OPTIONS, lineCounter: lines });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) throw new Error('the YAML library composed no document');
  return [document, second];
}

function syntaxProblems(
  document: Document,
  second: Document | undefined,
  lines: LineCounter,
  text: string,
  file: string,
): Diagnostic[] {
  const [from = 0, to = 0] = second?.range ?? [];
  const several: SyntaxError[] =
    second === undefined ? [] : [{ code: 'MULTIPLE_DOCS', message: '', pos: [from, to] }];
  return [...document.errors, ...several].map((error) => {
    const [code, hint] = CODES[error.code] ?? (['yaml-syntax'] as const);
    return {
      code,
      severity: 'error',
      message: describe(error, text),
      ...(hint === undefined ? {} : { hint }),
      file,
      ...rangeOnLines(lines, error.pos[0], error.pos[1]),
    };
  });
}

function problemAtStart(
  file: string,
  code: DiagnosticCode,
  message: string,
  hint: string,
): ParseResult {
  const place = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { ok: false, diagnostics: [{ code, severity: 'error', message, hint, ...place }] };
}

/** Parses YAML. All syntax errors come back, not only the first. */
export function parseYaml(text: string, file: string, format: FileFormat): ParseResult {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const excess = findExcess(tokens);
  if (excess !== undefined) return refuseExcess(text, file, format, excess);
  const [document, second] = compose(tokens, lines, text);
  const errors = syntaxProblems(document, second, lines, text, file);
  if (errors.length > 0) return { ok: false, diagnostics: errors };
  if (document.contents === null) {
    const hint = `Begin with \`api_version: ${format.apiVersion}\`.`;
    return problemAtStart(file, 'yaml-empty', `the file holds no ${format.noun}`, hint);
  }
  const source: Source = { path: file, format, text, document, lines };
  const refused = findNodeProblems(source);
  return refused.length > 0 ? { ok: false, diagnostics: refused } : toContent(source);
}

function refuseExcess(
  text: string,
  file: string,
  format: FileFormat,
  { offset, code }: Excess,
): ParseResult {
  const deep = code === 'yaml-too-deep';
  const message = deep ? 'the file nests too deeply' : 'this mapping or list is too long';
  const hint = deep ? `${sentenceStart(format)} needs some six levels.` : format.shorten;
  const problem = { code, severity: 'error', message, hint } as const;
  return { ok: false, diagnostics: [{ ...problem, file, ...placeAt(text, offset) }] };
}

/** Undefined when the aliases expand to more than anyone wrote by hand. */
function expand(source: Source): { readonly content: unknown } | undefined {
  try {
    const content: unknown = source.document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    return isTooDeep(content) ? undefined : { content };
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function toContent(source: Source): ParseResult {
  const expanded = expand(source);
  if (expanded !== undefined) return { ok: true, source, content: expanded.content };
  const place = rangeOnLines(source.lines, ...firstAlias(source.text));
  const message = 'the aliases in this file expand to too much';
  const hint = 'Write the repeated parts out.';
  const problem = { code: 'yaml-alias', severity: 'error', message, hint } as const;
  return { ok: false, diagnostics: [{ ...problem, file: source.path, ...place }] };
}

function firstAlias(text: string): [number, number] {
  const match = /(?<=[\s,[{:])\*[^\s,\]}]+/.exec(text);
  return match === null ? [0, 0] : [match.index, match.index + match[0].length];
}

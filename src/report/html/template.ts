import { manyLines, oneLine } from '../../model/printable.js';

/** Markup that needs no escaping. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template; a list is joined, and nothing shows of what is not there. */
export type Content = Html | string | number | null | undefined | readonly Content[];

/**
 * A template that escapes whatever is put into it, in text and in attributes with double quotes. Names and
 * messages cannot break a line either: characters that control or turn it around become U+FFFD.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const markup = unindent(parts);
  let text = markup[0] ?? '';
  contents.forEach((content, index) => {
    text += render(content) + (markup[index + 1] ?? '');
  });
  return new Html(text);
}

const unindented = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The indentation is for who reads the source; a page of thousands of rows is better off without it. */
function unindent(parts: TemplateStringsArray): readonly string[] {
  const known = unindented.get(parts);
  if (known !== undefined) return known;
  const made = parts.map((part) => part.replace(/\n\s+/g, '\n'));
  unindented.set(parts, made);
  return made;
}

/** Text of our own that is markup, or no place for entities: never what a report says. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** The same for SQL and texts that are shown line by line. */
export function lines(text: string): Html {
  return new Html(escapeEntities(manyLines(text)));
}

/** An attribute that is there or is not, like `hidden`. */
export function when(condition: boolean, content: Content): Content {
  return condition ? content : undefined;
}

function render(content: Content): string {
  if (content instanceof Html) return content.text;
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return content.map(render).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escapeHtml(text: string): string {
  return escapeEntities(oneLine(text));
}

function escapeEntities(text: string): string {
  return text.replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? char);
}

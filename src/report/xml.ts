import { manyLines, oneLine } from '../model/printable.js';

/** Text for XML 1.0, lines and tabs in it as they are: what cannot be shown becomes U+FFFD, as what XML cannot hold. */
export function escapeXml(text: string): string {
  return manyLines(text)
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replace(/[&<>"']/g, byNumber);
}

const byNumber = (char: string): string => `&#${String(char.charCodeAt(0))};`;

/** An element with attributes, of which those without a value are left out, and content that is escaped already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: readonly string[] = [],
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(oneLine(String(value)))}"`],
  );
  const open = `<${name}${given.join('')}`;
  return content.length === 0 ? `${open}/>` : `${open}>${content.join('')}</${name}>`;
}

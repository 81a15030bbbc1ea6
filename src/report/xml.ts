/**
 * Text for XML 1.0. Characters that XML cannot hold in any form, lone surrogates among them, become
 * U+FFFD. A carriage return is written by number, since a reader would make a line feed of it.
 */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"'\r]/g, byNumber);
}

const byNumber = (char: string): string => `&#${String(char.charCodeAt(0))};`;

/** An element with attributes, of which those without a value are left out, and content that is escaped already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: readonly string[] = [],
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeAttribute(String(value))}"`],
  );
  const open = `<${name}${given.join('')}`;
  return content.length === 0 ? `${open}/>` : `${open}>${content.join('')}</${name}>`;
}

/** Of an attribute, a reader would turn line breaks and tabs into spaces. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\t\n]/g, byNumber);
}

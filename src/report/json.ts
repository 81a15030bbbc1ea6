/** A document as JSON that ends with a line break. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

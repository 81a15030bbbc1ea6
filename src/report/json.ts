/** A document as JSON that ends with a line break. */
export function toJson(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** How deep a report's tasks are: of the document, its steps, a step, its tasks. */
const TASK_DEPTH = 4;

/** The same text in pieces: that of 10,000 tasks is 18 MB, which nobody needs at once. */
export function* jsonPieces(document: object): Generator<string> {
  yield* piecesOf(document, '\n', TASK_DEPTH);
  yield '\n';
}

/** @param newline a line break and the indentation of the value's first line. */
function* piecesOf(value: unknown, newline: string, depth: number): Generator<string> {
  const members = depth > 0 && typeof value === 'object' && value !== null ? membersOf(value) : [];
  if (members.length === 0) {
    // No line break stands in a string.
    yield JSON.stringify(value ?? null, null, 2).replaceAll('\n', newline);
    return;
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const inner = `${newline}  `;
  for (const [index, { key, member }] of members.entries()) {
    yield `${index === 0 ? open : ','}${inner}${key}`;
    yield* piecesOf(member, inner, depth - 1);
  }
  yield `${newline}${close}`;
}

interface Member {
  /** With its colon; nothing in a list. */
  readonly key: string;
  readonly member: unknown;
}

function membersOf(value: object): Member[] {
  if (Array.isArray(value)) return value.map((member: unknown) => ({ key: '', member }));
  return Object.entries(value as Record<string, unknown>)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => ({ key: `${JSON.stringify(key)}: `, member }));
}

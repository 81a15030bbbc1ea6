/** A node of PostgreSQL's parse tree: its fields by name. */
export type AstNode = Readonly<Record<string, unknown>>;

export function isAstNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All nodes of a type at any depth, in the order of the text. */
export function findNodes(root: unknown, type: string): AstNode[] {
  if (Array.isArray(root)) return root.flatMap((item) => findNodes(item, type));
  if (!isAstNode(root)) return [];
  return Object.entries(root).flatMap(([key, value]) => [
    ...(key === type && isAstNode(value) ? [value] : []),
    ...findNodes(value, type),
  ]);
}

/** The texts of a list of names, as `DefElem` lists and function names have them. */
function names(list: unknown): string[] {
  return findNodes(list, 'String').flatMap(({ sval }) => (typeof sval === 'string' ? [sval] : []));
}

/** The functions that are called anywhere beneath a node, without their schemas, in lower case. */
export function calledFunctions(root: unknown): string[] {
  return findNodes(root, 'FuncCall').flatMap(
    ({ funcname }) => names(funcname).at(-1)?.toLowerCase() ?? [],
  );
}

/** The columns that are referred to beneath a node, without their tables. */
export function referredColumns(root: unknown): string[] {
  return findNodes(root, 'ColumnRef').flatMap(({ fields }) => names(fields).at(-1) ?? []);
}

/** Whether an option is on: named alone, or with a value that PostgreSQL reads as true. */
export function hasOption(options: unknown, name: string): boolean {
  return findNodes(options, 'DefElem').some((option) => {
    if (option['defname'] !== name) return false;
    const text = JSON.stringify(option['arg'] ?? '').toLowerCase();
    return !/"(?:false|off|0)"|"integer":\{(?:"ival":0)?\}/.test(text);
  });
}

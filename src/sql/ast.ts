/** A node of PostgreSQL's parse tree: its fields by name. */
export type AstNode = Readonly<Record<string, unknown>>;

export function isAstNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Calls back with all nodes and their types, at any depth, in the order of the text. With a stack of its
 * own: trees may be deeper than calls can nest.
 * @param leaveOut a type that is passed over, and all beneath it.
 */
export function walkNodes(
  root: unknown,
  visit: (type: string, node: AstNode) => void,
  leaveOut?: string,
): void {
  const [types, values]: [string[], unknown[]] = [[''], [root]];
  for (let type = types.pop(); type !== undefined; type = types.pop()) {
    const value = values.pop();
    if (typeof value !== 'object' || value === null || type === leaveOut) continue;
    if (isAstNode(value)) visit(type, value);
    const isList = Array.isArray(value);
    for (const key of Object.keys(value).reverse()) {
      types.push(isList ? '' : key);
      values.push((value as AstNode)[key]);
    }
  }
}

/** All nodes of a type at any depth, in the order of the text. */
export function findNodes(root: unknown, type: string): AstNode[] {
  const found: AstNode[] = [];
  walkNodes(root, (own, node) => {
    if (own === type) found.push(node);
  });
  return found;
}

/** The texts of a list of names, as `DefElem` lists and function names have them. */
export function names(list: unknown): string[] {
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

import { findNodes, isAstNode } from './ast.js';
import { parseSql } from './parser.js';

/** A name as SQL has it; without a schema it may be any schema's. */
export interface SqlName {
  readonly schema: string | null;
  readonly name: string;
}

/** All names of a text by which the server could come to code of somebody's. */
export interface NamesUsed {
  readonly relations: readonly SqlName[];
  /** Functions, and what may be one: a type that is written like a call, `row.function`. */
  readonly functions: readonly SqlName[];
  readonly operators: readonly SqlName[];
  readonly types: readonly SqlName[];
}

/** Operators that BETWEEN, CASE, IN, USING and ORDER BY mean without naming them. */
const UNNAMED = ['=', '<>', '<', '<=', '>', '>='].map((name) => ({ schema: null, name }));

/**
 * The names that texts use, of which nothing is looked up.
 * @returns undefined when the parser does not understand one of them.
 */
export async function namesUsed(texts: readonly string[]): Promise<NamesUsed | undefined> {
  const roots: unknown[] = [];
  for (const text of texts) {
    const parsed = await parseSql(text);
    if (!parsed.ok) return undefined;
    roots.push(parsed.statements.map(({ node }) => node));
  }
  const calls = findNodes(roots, 'FuncCall').flatMap(({ funcname }) => nameOf(funcname));
  const columns = findNodes(roots, 'ColumnRef').flatMap(({ fields }) => nameOf(fields));
  return {
    relations: relations(roots),
    functions: [...calls, ...columns.map(({ name }) => ({ schema: null, name }))],
    operators: [...UNNAMED, ...operators(roots)],
    types: [...typeNames(roots), ...calls],
  };
}

function nameOf(list: unknown): SqlName[] {
  const parts = findNodes(list, 'String').flatMap(({ sval }) =>
    typeof sval === 'string' ? [sval] : [],
  );
  const name = parts.at(-1);
  return name === undefined ? [] : [{ schema: parts.at(-2) ?? null, name }];
}

/** Every node of a tree, whatever its type. */
function allNodes(value: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(allNodes);
  return isAstNode(value) ? [value, ...Object.values(value).flatMap(allNodes)] : [];
}

/** Some nodes have theirs without the type's name around it. */
function relations(roots: unknown): SqlName[] {
  return allNodes(roots).flatMap(({ schemaname, relname }) =>
    typeof relname === 'string'
      ? [{ schema: typeof schemaname === 'string' ? schemaname : null, name: relname }]
      : [],
  );
}

function operators(roots: unknown): SqlName[] {
  return [
    ...findNodes(roots, 'A_Expr').flatMap(({ name }) => nameOf(name)),
    ...findNodes(roots, 'SubLink').flatMap(({ operName }) => nameOf(operName)),
    ...findNodes(roots, 'SortBy').flatMap(({ useOp }) => nameOf(useOp)),
  ];
}

function typeNames(roots: unknown): SqlName[] {
  return allNodes(roots).flatMap(({ names }) => (names === undefined ? [] : nameOf(names)));
}

import { findNodes, isAstNode, names } from './ast.js';
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
 * Functions of PostgreSQL's own that run code of a type, a relation or a function which only a value
 * names. None is volatile: a planner calls them when it estimates, and EXPLAIN when it prunes partitions.
 */
export const RUNS_NAMED_IN_STRINGS =
  /^(?:(?:table|schema|database)_to_xml|pg_input_|(?:record|domain|array|range|multirange)_(?:in|recv)$|fmgr_sql_validator$)/;

/**
 * The names that texts use, of which nothing is looked up.
 * @returns undefined when the parser does not understand a text, or a value in it names more.
 */
export async function namesUsed(texts: readonly string[]): Promise<NamesUsed | undefined> {
  const roots: unknown[] = [];
  for (const text of texts) {
    const parsed = await parseSql(text);
    if (!parsed.ok) return undefined;
    roots.push(parsed.statements.map(({ node }) => node));
  }
  const calls = findNodes(roots, 'FuncCall').flatMap(({ funcname }) => nameOf(funcname));
  if (calls.some(({ name }) => RUNS_NAMED_IN_STRINGS.test(name))) return undefined;
  return {
    relations: relations(roots),
    functions: [...calls, ...fields(roots), ...methods(roots)],
    operators: [...UNNAMED, ...operators(roots)],
    types: [...typeNames(roots), ...calls],
  };
}

function nameOf(list: unknown): SqlName[] {
  const parts = names(list);
  const name = parts.at(-1);
  return name === undefined ? [] : [{ schema: parts.at(-2) ?? null, name }];
}

/** Columns and fields: `row.name` calls a function where the row has no such field. */
function fields(roots: unknown): SqlName[] {
  const last = findNodes(roots, 'ColumnRef').flatMap(
    (column) => names(column['fields']).at(-1) ?? [],
  );
  const each = findNodes(roots, 'A_Indirection').flatMap(({ indirection }) => names(indirection));
  return [...last, ...each].map((name) => ({ schema: null, name }));
}

/** A method of TABLESAMPLE is a function that the planner calls. */
function methods(roots: unknown): SqlName[] {
  return findNodes(roots, 'RangeTableSample').flatMap(({ method }) => nameOf(method));
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

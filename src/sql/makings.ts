import type { LockingStatement } from '../model/locking.js';
import { findNodes, isAstNode, names, type AstNode } from './ast.js';
import { locking } from './locking.js';
import { parseSql, type SqlStatement } from './parser.js';

/** What a text makes or changes, by which SQL after it may be right. */
export interface Makings {
  /** Names without their schemas. */
  readonly names: readonly string[];
  /** Code and commands of which the text does not tell what they make. */
  readonly untold: readonly string[];
  /** Settings by which names mean something else in the rest of the transaction. */
  readonly settings: readonly string[];
}

type Rule = (node: AstNode) => readonly unknown[];

const nameOf = (value: unknown): unknown => (isAstNode(value) ? value['relname'] : undefined);
const lastOf = (list: unknown): unknown => names(list).at(-1);
const intoOf = (into: unknown): unknown => (isAstNode(into) ? nameOf(into['rel']) : undefined);

/** A column that is added changes nothing else of its table. */
function alterTable({ relation, cmds }: AstNode): unknown[] {
  const commands = findNodes(cmds, 'AlterTableCmd');
  const columns = commands.flatMap(({ name, def }) => [
    name,
    ...findNodes(def, 'ColumnDef').map(({ colname }) => colname),
    ...findNodes(def, 'Constraint').map(({ conname }) => conname),
  ]);
  const adds = commands.every(({ subtype }) => subtype === 'AT_AddColumn');
  return adds ? columns : [nameOf(relation), ...columns];
}

const MADE: Readonly<Record<string, Rule>> = {
  SelectStmt: ({ intoClause }) => [intoOf(intoClause)],
  CreateTableAsStmt: ({ into }) => [intoOf(into)],
  CreateStmt: ({ relation }) => [nameOf(relation)],
  ViewStmt: ({ view }) => [nameOf(view)],
  // The relation for what ON CONFLICT needs.
  IndexStmt: ({ idxname, relation }) => [idxname, nameOf(relation)],
  AlterTableStmt: alterTable,
  RenameStmt: ({ relation, subname, newname }) => [nameOf(relation), subname, newname],
  AlterObjectSchemaStmt: ({ relation, object, newschema }) => [
    nameOf(relation),
    lastOf(object),
    newschema,
  ],
  CreateSchemaStmt: ({ schemaname }) => [schemaname],
  CreateSeqStmt: ({ sequence }) => [nameOf(sequence)],
  CreateFunctionStmt: ({ funcname }) => [lastOf(funcname)],
  CreateEnumStmt: ({ typeName }) => [lastOf(typeName)],
  AlterEnumStmt: ({ typeName }) => [lastOf(typeName)],
  CompositeTypeStmt: ({ typevar }) => [nameOf(typevar)],
};

function settingOf({ type, node }: SqlStatement): string[] {
  const name = String(node['name']);
  return type === 'VariableSetStmt' && ['search_path', 'role'].includes(name)
    ? [`SET ${name}`]
    : [];
}

/** By a text alone, of which nothing is looked up. */
export async function makings(sql: string): Promise<Makings> {
  const parsed = sql.trim() === '' ? undefined : await parseSql(sql);
  if (parsed === undefined) return { names: [], untold: [], settings: [] };
  if (!parsed.ok) return { names: [], untold: ['SQL of another version'], settings: [] };
  const { statements } = parsed;
  const untold = statements.flatMap((statement) =>
    namesOf(statement).length > 0 ? [] : locking(statement).flatMap(untoldOf),
  );
  return {
    names: statements.flatMap(namesOf),
    untold: [...new Set(untold)],
    settings: statements.flatMap(settingOf),
  };
}

function namesOf({ type, node }: SqlStatement): string[] {
  const made = Object.hasOwn(MADE, type) ? MADE[type]?.(node) : undefined;
  return (made ?? []).filter((name) => typeof name === 'string');
}

function untoldOf({ command, relations }: LockingStatement): readonly string[] {
  return command === 'OTHER' && !relations.some(isOwn) ? relations : [];
}

/** PostgreSQL's own functions that make nothing. */
const isOwn = (name: string): boolean => /^(?:pg_\w+|now|count|nextval|setval)\(\)$/.test(name);

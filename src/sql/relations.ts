import type { LockingCommand, LockingStatement } from '../model/locking.js';
import { findNodes, isAstNode, walkNodes, type AstNode } from './ast.js';

/** Statements that change the rows of the relation that they name first. */
export const CHANGES: Readonly<Record<string, LockingCommand>> = {
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
};

/** Names as SQL has them, quoted where they would be read otherwise. */
export function writeName(parts: readonly unknown[]): string {
  return parts
    .filter((part): part is string => typeof part === 'string')
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.');
}

/** The name of a `RangeVar`; undefined for any other value. */
export function relationName(value: unknown): string | undefined {
  return isAstNode(value) && typeof value['relname'] === 'string'
    ? writeName([value['schemaname'], value['relname']])
    : undefined;
}

/** Whatever a node reads, changes or locks rows of, at any depth; code that it calls is named too. */
export function relationsUsed(root: AstNode): LockingStatement[] {
  const ctes = new Set(
    findNodes(root, 'CommonTableExpr').flatMap(({ ctename }) => writeName([ctename])),
  );
  // Its names are aliases of what FROM names.
  const all: LockingStatement[] = [];
  walkNodes(root, (type, node) => all.push(...used(type, node)), 'LockingClause');
  return all.filter(
    ({ command, relations: [name = ''] }) => !command.startsWith('SELECT') || !ctes.has(name),
  );
}

function used(type: string, node: AstNode): LockingStatement[] {
  const changed = Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
  const name = relationName(changed === undefined ? node : node['relation']);
  if (changed !== undefined && name !== undefined) return [{ command: changed, relations: [name] }];
  if (type === 'RangeVar' && name !== undefined) return [{ command: 'SELECT', relations: [name] }];
  if (type === 'SelectStmt') return [...rowLocks(node), ...calledForEffect(node)];
  return type === 'FuncCall' ? codeCalled(node, false) : [];
}

/** The relations of FROM whose rows `FOR UPDATE` and its kin lock: all, or those after `OF`. */
function rowLocks({ fromClause, lockingClause }: AstNode): LockingStatement[] {
  const clauses = findNodes(lockingClause, 'LockingClause');
  if (clauses.length === 0) return [];
  const named = clauses.flatMap(({ lockedRels }) =>
    findNodes(lockedRels, 'RangeVar').map(({ relname }) => relname),
  );
  const all = clauses.some(({ lockedRels }) => lockedRels === undefined);
  return findNodes(fromClause, 'RangeVar').flatMap((relation) => {
    const { aliasname = relation['relname'] } = isAstNode(relation['alias'])
      ? relation['alias']
      : {};
    const name = relationName(relation);
    const locked = all || named.includes(aliasname);
    return locked && name !== undefined
      ? [{ command: 'SELECT FOR UPDATE', relations: [name] }]
      : [];
  });
}

/** Without FROM, a SELECT is there for what its functions do. */
function calledForEffect({ fromClause, targetList }: AstNode): LockingStatement[] {
  return fromClause === undefined
    ? findNodes(targetList, 'FuncCall').flatMap((call) => codeCalled(call, true))
    : [];
}

/**
 * Code that may lock anything. PostgreSQL's own functions lock nothing of note.
 * @param bare whether a name without a schema counts: it could be either's.
 */
export function codeCalled({ funcname }: AstNode, bare: boolean): LockingStatement[] {
  const parts = findNodes(funcname, 'String').map(({ sval }) => sval);
  const own = parts.length < 2 ? !bare : parts[0] === 'pg_catalog';
  return own ? [] : [{ command: 'OTHER', relations: [`${writeName(parts)}()`] }];
}

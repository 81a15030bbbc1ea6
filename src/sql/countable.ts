import { findNodes } from './ast.js';
import type { SqlStatement } from './parser.js';
import { CHANGES, relationName } from './relations.js';

/** A statement whose rows PL/pgSQL counts just as the server counts them in the command tag. */
export interface Countable {
  /** Its command tag, without the number. */
  readonly tag: string;
  /** The tag with the table, for people. */
  readonly name: string;
  /** Whether it sends rows. */
  readonly returns_rows: boolean;
}

/**
 * The statements of which rows may be expected: those that change rows, and queries. PL/pgSQL refuses
 * SELECT INTO, and counts nothing of most utility commands.
 */
export function countable({ type, node }: SqlStatement): Countable | undefined {
  if (type === 'SelectStmt') {
    return findNodes(node, 'intoClause').length > 0
      ? undefined
      : { tag: 'SELECT', name: 'SELECT', returns_rows: true };
  }
  const tag = Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
  if (tag === undefined) return undefined;
  const returnsRows = node['returningClause'] !== undefined || node['returningList'] !== undefined;
  return {
    tag,
    name: [tag, relationName(node['relation']) ?? ''].join(' ').trim(),
    returns_rows: returnsRows,
  };
}

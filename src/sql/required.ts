import { findNodes, names, type AstNode } from './ast.js';
import { locking } from './locking.js';
import type { SqlStatement } from './parser.js';
import { relationName } from './relations.js';

/** A relation, or a column of it, that a statement cannot do without. */
export interface RequiredName {
  /** As SQL has it, quoted where it must be. */
  readonly relation: string;
  /** As the catalogs have it; undefined: the relation itself. */
  readonly column: string | undefined;
}

/** Commands that make the relation which they name where it is not there. */
const MAY_MAKE = ['OTHER', 'CREATE OR REPLACE VIEW'];

/** Subcommands of ALTER TABLE on a column that must be there. */
const COLUMN_COMMANDS = [
  ...['AT_DropColumn', 'AT_AlterColumnType', 'AT_ColumnDefault', 'AT_SetNotNull', 'AT_DropNotNull'],
  ...['AT_SetStatistics', 'AT_SetOptions', 'AT_ResetOptions', 'AT_SetStorage', 'AT_SetCompression'],
];

/**
 * The relations and columns without which the server refuses a statement that it does not look up as it reads it: those
 * that the statement locks. By the text alone; nothing, where the statement allows for their absence.
 */
export function requiredBy(statement: SqlStatement): RequiredName[] {
  const { type, node } = statement;
  if (node['missing_ok'] === true || (type === 'CreateStmt' && node['if_not_exists'] === true)) {
    return [];
  }
  const made = type === 'CreateStmt' ? relationName(node['relation']) : undefined;
  const relations = locking(statement)
    .filter(({ command }) => !MAY_MAKE.includes(command))
    .flatMap((one) => one.relations)
    .filter((name) => name !== made && !name.startsWith('every '));
  return [
    ...[...new Set(relations)].map((relation) => ({ relation, column: undefined })),
    ...columnsOf(type, node),
  ];
}

function columnsOf(type: string, node: AstNode): RequiredName[] {
  if (type === 'VacuumStmt') {
    return findNodes(node['rels'], 'VacuumRelation').flatMap(({ relation, va_cols: columns }) =>
      of(relation, names(columns)),
    );
  }
  const { relation } = node;
  if (type === 'IndexStmt') {
    const elements = [node['indexParams'], node['indexIncludingParams']];
    return of(
      relation,
      findNodes(elements, 'IndexElem').map(({ name }) => name),
    );
  }
  return type === 'AlterTableStmt' ? of(relation, alteredColumns(node)) : [];
}

function alteredColumns({ cmds }: AstNode): unknown[] {
  const commands = findNodes(cmds, 'AlterTableCmd');
  const added = commands.flatMap(({ subtype, def }) =>
    subtype === 'AT_AddColumn' ? findNodes(def, 'ColumnDef').map(({ colname }) => colname) : [],
  );
  return commands
    .filter(
      ({ subtype, missing_ok: missingOk }) =>
        COLUMN_COMMANDS.includes(String(subtype)) && missingOk !== true,
    )
    .map(({ name }) => name)
    .filter((name) => !added.includes(name));
}

function of(relation: unknown, columns: readonly unknown[]): RequiredName[] {
  const name = relationName(relation);
  if (name === undefined) return [];
  return columns.flatMap((column) =>
    typeof column === 'string' ? { relation: name, column } : [],
  );
}

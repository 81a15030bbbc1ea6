import { LOCK_MODES, type LockingCommand, type LockingStatement } from '../model/locking.js';
import { findNodes, hasOption, isAstNode, type AstNode } from './ast.js';
import { parseSql, type SqlStatement } from './parser.js';
import { codeCalled, relationName, relationsUsed, writeName } from './relations.js';

/** The command on each of the named relations by itself. */
function each(command: LockingCommand, ...relations: readonly unknown[]): LockingStatement[] {
  return relations.flatMap((relation) => {
    const name = typeof relation === 'string' ? relation : relationName(relation);
    return name === undefined ? [] : [{ command, relations: [name] }];
  });
}

const rangeVars = (list: unknown): AstNode[] => findNodes(list, 'RangeVar');

/** Names that stand as lists of their parts. */
const listedNames = (objects: unknown, dropLast = 0): string[] =>
  findNodes(objects, 'List').map(({ items }) => {
    const parts = findNodes(items, 'String').map(({ sval }) => sval);
    return writeName(parts.slice(0, parts.length - dropLast));
  });

/** What the list of commands does not know is named, for nobody to think that it locks nothing. */
function other(type: string): LockingStatement[] {
  const name = type.replace(/Stmt$/, '').replaceAll(/(?<!^)(?=[A-Z])/g, ' ');
  return each('OTHER', name.toUpperCase());
}

function vacuum({ is_vacuumcmd: isVacuum, options, rels }: AstNode): LockingStatement[] {
  const named = findNodes(rels, 'VacuumRelation').map(({ relation }) => relation);
  const truncate =
    hasOption(options, 'truncate') ||
    !findNodes(options, 'DefElem').some(({ defname }) => defname === 'truncate');
  return (named.length === 0 ? ['every table'] : named).flatMap((relation) => {
    const only = isAstNode(relation) && relation['inh'] !== true;
    if (isVacuum !== true) return each(only ? 'ANALYZE ONLY' : 'ANALYZE', relation);
    if (hasOption(options, 'full')) return each('VACUUM FULL', relation);
    return each(truncate ? 'VACUUM' : 'VACUUM (TRUNCATE FALSE)', relation);
  });
}

function reindex({ kind, relation, params }: AstNode): LockingStatement[] {
  const concurrently = hasOption(params, 'concurrently') ? ' CONCURRENTLY' : '';
  const what = kind === 'REINDEX_OBJECT_INDEX' ? 'REINDEX INDEX' : 'REINDEX TABLE';
  return each(`${what}${concurrently}`, relation ?? 'every table');
}

const DROPPED: Readonly<Record<string, LockingCommand>> = {
  OBJECT_TABLE: 'DROP TABLE',
  OBJECT_FOREIGN_TABLE: 'DROP TABLE',
  OBJECT_VIEW: 'DROP VIEW',
  OBJECT_MATVIEW: 'DROP VIEW',
  OBJECT_SEQUENCE: 'DROP VIEW',
};

function drop({ removeType, objects, concurrent }: AstNode): LockingStatement[] {
  const what = String(removeType);
  if (what === 'OBJECT_INDEX') {
    const concurrently = concurrent === true ? ' CONCURRENTLY' : '';
    return each(`DROP INDEX${concurrently}`, ...listedNames(objects));
  }
  if (['OBJECT_TRIGGER', 'OBJECT_RULE', 'OBJECT_POLICY'].includes(what)) {
    return each('DROP TRIGGER', ...listedNames(objects, 1));
  }
  const command = Object.hasOwn(DROPPED, what) ? DROPPED[what] : undefined;
  if (command !== undefined) return each(command, ...listedNames(objects));
  return each('OTHER', `DROP ${what.replace('OBJECT_', '').replaceAll('_', ' ')}`);
}

const COMMENTED: readonly unknown[] = [
  ...['OBJECT_TABLE', 'OBJECT_INDEX', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_SEQUENCE'],
  ...['OBJECT_FOREIGN_TABLE', 'OBJECT_COLUMN'],
];

function comment({ objtype, object }: AstNode): LockingStatement[] {
  if (!COMMENTED.includes(objtype)) return other('CommentStmt');
  return each('COMMENT ON', ...listedNames([object], objtype === 'OBJECT_COLUMN' ? 1 : 0));
}

const ALTERED: Readonly<Record<string, LockingCommand>> = {
  AT_DropConstraint: 'ALTER TABLE DROP CONSTRAINT',
  AT_ValidateConstraint: 'ALTER TABLE VALIDATE CONSTRAINT',
  AT_SetStatistics: 'ALTER TABLE SET STATISTICS',
  AT_SetOptions: 'ALTER TABLE ALTER COLUMN SET (…)',
  AT_ResetOptions: 'ALTER TABLE ALTER COLUMN SET (…)',
  AT_ClusterOn: 'ALTER TABLE CLUSTER ON',
  AT_DropCluster: 'ALTER TABLE CLUSTER ON',
  AT_AttachPartition: 'ALTER TABLE ATTACH PARTITION',
  AT_DetachPartitionFinalize: 'ALTER TABLE DETACH PARTITION CONCURRENTLY',
};

/** Storage parameters that change under SHARE UPDATE EXCLUSIVE, those of a TOAST table too. */
const LIGHT_PARAMETER =
  /^(?:fillfactor|parallel_workers|toast_tuple_target|deduplicate_items|(?:log_)?(?:auto)?vacuum_.*)$/;

function subcommand({ subtype, def }: AstNode): LockingCommand {
  const type = String(subtype);
  if (/^AT_(?:Enable|Disable)(?:Always|Replica)?Trig/.test(type)) {
    return 'ALTER TABLE ENABLE TRIGGER';
  }
  if (/^AT_(?:Set|Reset)RelOptions$/.test(type)) {
    const names = findNodes(def, 'DefElem').map(({ defname }) => String(defname));
    return names.every((name) => LIGHT_PARAMETER.test(name))
      ? 'ALTER TABLE SET (…)'
      : 'ALTER TABLE';
  }
  if (type === 'AT_DetachPartition') {
    const concurrently = findNodes(def, 'PartitionCmd').some((one) => one['concurrent'] === true);
    return `ALTER TABLE DETACH PARTITION${concurrently ? ' CONCURRENTLY' : ''}`;
  }
  if (type === 'AT_AddConstraint' && references(def).length > 0) {
    return 'ALTER TABLE ADD FOREIGN KEY';
  }
  return (Object.hasOwn(ALTERED, type) ? ALTERED[type] : undefined) ?? 'ALTER TABLE';
}

const references = (node: unknown): LockingStatement[] =>
  each('REFERENCES', ...findNodes(node, 'Constraint').map(({ pktable }) => pktable));

function alterTable({ relation, cmds }: AstNode): LockingStatement[] {
  const name = relationName(relation) ?? '';
  return findNodes(cmds, 'AlterTableCmd').flatMap((command) => {
    const partitions = findNodes(command['def'], 'PartitionCmd').map((one) => one['name']);
    const relations = [name, ...partitions.flatMap((one) => relationName(one) ?? [])];
    return [{ command: subcommand(command), relations }, ...references(command['def'])];
  });
}

function createTable({ inhRelations, partbound, tableElts }: AstNode): LockingStatement[] {
  const like = findNodes(tableElts, 'TableLikeClause').map(({ relation }) => relation);
  const parents = partbound === undefined ? 'CREATE TABLE INHERITS' : 'CREATE TABLE PARTITION OF';
  return [
    ...each(parents, ...rangeVars(inhRelations)),
    ...references(tableElts),
    ...each('SELECT', ...like),
  ];
}

function rename({ renameType, relation }: AstNode): LockingStatement[] {
  const command = renameType === 'OBJECT_INDEX' ? 'ALTER INDEX RENAME' : 'ALTER TABLE';
  return relation === undefined ? other('RenameStmt') : each(command, relation);
}

type Rule = (node: AstNode) => LockingStatement[];

const RULES: Readonly<Record<string, Rule>> = {
  VacuumStmt: vacuum,
  ReindexStmt: reindex,
  RefreshMatViewStmt: ({ relation, concurrent }) =>
    each(concurrent === true ? 'REFRESH CONCURRENTLY' : 'REFRESH', relation),
  ClusterStmt: ({ relation }) => each('CLUSTER', relation ?? 'every clustered table'),
  TruncateStmt: ({ relations, behavior }) =>
    each(behavior === 'DROP_CASCADE' ? 'TRUNCATE CASCADE' : 'TRUNCATE', ...rangeVars(relations)),
  LockStmt: ({ relations, mode }) =>
    each(`LOCK ${LOCK_MODES[Number(mode) - 1] ?? 'ACCESS EXCLUSIVE'}`, ...rangeVars(relations)),
  IndexStmt: ({ relation, concurrent }) =>
    each(concurrent === true ? 'CREATE INDEX CONCURRENTLY' : 'CREATE INDEX', relation),
  CreateStmt: createTable,
  CreateTrigStmt: ({ relation, constrrel }) => [
    ...each('CREATE TRIGGER', relation),
    ...each('SELECT', constrrel),
  ],
  CreateStatsStmt: ({ relations }) => each('CREATE STATISTICS', ...rangeVars(relations)),
  ViewStmt: (node) => [
    ...(node['replace'] === true ? each('CREATE OR REPLACE VIEW', node['view']) : []),
    ...relationsUsed(node),
  ],
  DropStmt: drop,
  CommentStmt: comment,
  RenameStmt: rename,
  AlterTableStmt: alterTable,
  AlterObjectSchemaStmt: ({ relation }) =>
    relation === undefined ? other('AlterObjectSchemaStmt') : each('ALTER TABLE', relation),
  CopyStmt: (node) => [
    ...each(node['is_from'] === true ? 'INSERT' : 'SELECT', node['relation']),
    ...relationsUsed(node),
  ],
  CallStmt: ({ funccall }) => (isAstNode(funccall) ? codeCalled(funccall, true) : []),
  DoStmt: () => each('OTHER', 'DO'),
};

/** Statements that lock nothing but what their queries name. */
const QUERIES = [
  ...['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'],
  ...['CreateTableAsStmt', 'DeclareCursorStmt', 'ExplainStmt'],
  // These name no relation at all.
  ...['VariableSetStmt', 'VariableShowStmt', 'NotifyStmt', 'CheckPointStmt', 'AlterSystemStmt'],
  ...['CreateSchemaStmt', 'CreateFunctionStmt', 'CreateSeqStmt', 'CreateEnumStmt'],
];

/** What one statement locks relations for. */
export function locking({ type, node }: SqlStatement): LockingStatement[] {
  const rule = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
  if (rule !== undefined) return rule(node);
  return QUERIES.includes(type) ? relationsUsed({ [type]: node }) : other(type);
}

/** What the statements of a text lock relations for, and which, by their text alone. */
export async function lockingStatements(sql: string): Promise<LockingStatement[]> {
  const parsed = await parseSql(sql);
  return parsed.ok ? parsed.statements.flatMap(locking) : [];
}

import type { Trace } from '../model/trace.js';
import { findNodes, hasOption, type AstNode } from './ast.js';
import { parseSql } from './parser.js';
import { relationName, writeName } from './relations.js';

type Read = (node: AstNode) => Trace | undefined;

/** A trace on one relation; of several, or of all, no single look could tell. */
function on(left: Trace['left'], names: readonly (string | undefined)[]): Trace | undefined {
  const [relation] = names;
  return relation === undefined || names.length !== 1
    ? undefined
    : { left, relation, index: undefined };
}

function vacuum({ is_vacuumcmd: isVacuum, options, rels }: AstNode): Trace | undefined {
  const names = findNodes(rels, 'VacuumRelation').map(({ relation }) => relationName(relation));
  if (hasOption(options, 'skip_locked')) return undefined;
  if (hasOption(options, 'full')) return on('rewritten', names);
  return on(isVacuum === true ? 'vacuumed' : 'analyzed', names);
}

function createIndex({ idxname, relation, concurrent }: AstNode): Trace | undefined {
  const trace = on('index_made', [relationName(relation)]);
  if (trace === undefined || concurrent !== true || typeof idxname !== 'string') return undefined;
  return { ...trace, index: idxname };
}

function dropIndex({ removeType, objects, concurrent }: AstNode): Trace | undefined {
  if (removeType !== 'OBJECT_INDEX' || concurrent !== true) return undefined;
  const names = findNodes(objects, 'List').map(({ items }) =>
    writeName(findNodes(items, 'String').map(({ sval }) => sval)),
  );
  return on('index_gone', names);
}

function reindex({ kind, relation }: AstNode): Trace | undefined {
  if (kind === 'REINDEX_OBJECT_INDEX') return on('index_rebuilt', [relationName(relation)]);
  return kind === 'REINDEX_OBJECT_TABLE'
    ? on('indexes_rebuilt', [relationName(relation)])
    : undefined;
}

function detach({ cmds }: AstNode): Trace | undefined {
  const [command, ...more] = findNodes(cmds, 'AlterTableCmd');
  if (command?.['subtype'] !== 'AT_DetachPartition' || more.length > 0) return undefined;
  return on(
    'detached',
    findNodes(command['def'], 'PartitionCmd').map(({ name }) => relationName(name)),
  );
}

const READ: Readonly<Record<string, Read>> = {
  VacuumStmt: vacuum,
  IndexStmt: createIndex,
  DropStmt: dropIndex,
  ReindexStmt: reindex,
  ClusterStmt: ({ relation }) => on('rewritten', [relationName(relation)]),
  AlterTableStmt: detach,
};

/** The trace that a statement of its own leaves in the catalogs; undefined where none is known. */
export async function traceOf(sql: string): Promise<Trace | undefined> {
  const parsed = await parseSql(sql);
  const [statement, ...more] = parsed.ok ? parsed.statements : [];
  if (statement === undefined || more.length > 0) return undefined;
  const { type, node } = statement;
  return Object.hasOwn(READ, type) ? READ[type]?.(node) : undefined;
}

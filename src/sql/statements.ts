import { hasOption } from './ast.js';
import type { SqlStatement } from './parser.js';

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nodesAt(node: Node, key: string): readonly Node[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function inner(node: unknown, key: string): Node {
  const value = isNode(node) ? node[key] : undefined;
  return isNode(value) ? value : {};
}

function reindexCommand(node: Node): string | undefined {
  if (hasOption(node['params'], 'concurrently')) return 'REINDEX CONCURRENTLY';
  const match = /^REINDEX_OBJECT_(SCHEMA|SYSTEM|DATABASE)$/.exec(String(node['kind']));
  return match === null ? undefined : `REINDEX ${match[1] ?? ''}`;
}

function detachCommand(node: Node): string | undefined {
  const found = nodesAt(node, 'cmds').some((item) => {
    const command = inner(item, 'AlterTableCmd');
    const partition = inner(inner(command, 'def'), 'PartitionCmd');
    return command['subtype'] === 'AT_DetachPartition' && partition['concurrent'] === true;
  });
  return found ? 'ALTER TABLE … DETACH PARTITION CONCURRENTLY' : undefined;
}

function moveDatabaseCommand(node: Node): string | undefined {
  const moves = nodesAt(node, 'options').some(
    (item) => inner(item, 'DefElem')['defname'] === 'tablespace',
  );
  return moves ? 'ALTER DATABASE … SET TABLESPACE' : undefined;
}

/** Those that only change a flag run anywhere; the others may talk to the publisher. */
function alterSubscriptionCommand(node: Node): string | undefined {
  const kind = String(node['kind']);
  return /(?:REFRESH|PUBLICATION)/.test(kind) ? 'ALTER SUBSCRIPTION' : undefined;
}

/** Commands that PostgreSQL refuses inside a transaction block, by node; undefined: not this form. */
const OUTSIDE: Readonly<Record<string, (node: Node) => string | undefined>> = {
  VacuumStmt: (node) => (node['is_vacuumcmd'] === true ? 'VACUUM' : undefined),
  IndexStmt: (node) => (node['concurrent'] === true ? 'CREATE INDEX CONCURRENTLY' : undefined),
  DropStmt: (node) => (node['concurrent'] === true ? 'DROP INDEX CONCURRENTLY' : undefined),
  ReindexStmt: reindexCommand,
  AlterTableStmt: detachCommand,
  ClusterStmt: (node) => (isNode(node['relation']) ? undefined : 'CLUSTER without a table'),
  CreatedbStmt: () => 'CREATE DATABASE',
  DropdbStmt: () => 'DROP DATABASE',
  AlterDatabaseStmt: moveDatabaseCommand,
  CreateTableSpaceStmt: () => 'CREATE TABLESPACE',
  DropTableSpaceStmt: () => 'DROP TABLESPACE',
  AlterSystemStmt: () => 'ALTER SYSTEM',
  CreateSubscriptionStmt: () => 'CREATE SUBSCRIPTION',
  DropSubscriptionStmt: () => 'DROP SUBSCRIPTION',
  AlterSubscriptionStmt: alterSubscriptionCommand,
  DiscardStmt: (node) => (node['target'] === 'DISCARD_ALL' ? 'DISCARD ALL' : undefined),
};

/** Commands that run inside a transaction block, and gain something from running alone. */
const EITHER = new Set(['CallStmt', 'DoStmt', 'VacuumStmt', 'ReindexStmt', 'ClusterStmt']);

/** True for BEGIN, COMMIT, ROLLBACK, SAVEPOINT, PREPARE TRANSACTION and their kin. */
export function isTransactionControl({ type }: SqlStatement): boolean {
  return type === 'TransactionStmt';
}

/** The name of a command that cannot run inside a transaction block, undefined for any other. */
export function refusesTransaction({ type, node }: SqlStatement): string | undefined {
  return Object.hasOwn(OUTSIDE, type) ? OUTSIDE[type]?.(node) : undefined;
}

/** True for a command that may stand alone, outside a transaction block of the engine's. */
export function mayRunAlone(statement: SqlStatement): boolean {
  return EITHER.has(statement.type) || refusesTransaction(statement) !== undefined;
}

/** Settings by which a worker is known, bounded and proven; a session must not change its own. */
const ENGINE_SETTINGS = ['application_name', 'statement_timeout', 'session_authorization'];

/** The command that would change who the worker is or how long it may run; undefined for any other. */
export function changesWorker({ type, node }: SqlStatement): string | undefined {
  if (type !== 'VariableSetStmt') return undefined;
  if (node['kind'] === 'VAR_RESET_ALL') return 'RESET ALL';
  const name = String(node['name']).toLowerCase();
  if (!ENGINE_SETTINGS.includes(name) && !name.startsWith('pg_runbook.')) return undefined;
  return `${node['kind'] === 'VAR_RESET' ? 'RESET' : 'SET'} ${name.replace('_auth', ' auth')}`;
}

/** True for COPY from or to the client: a worker has none. */
export function copiesWithClient({ type, node }: SqlStatement): boolean {
  return type === 'CopyStmt' && node['filename'] === undefined && node['is_program'] !== true;
}

import type { LockingCommand, LockingStatement } from '../model/locking.js';
import { need, type RelationNeed, type RelationPrivilege } from '../model/privilege.js';
import type { RelationName } from '../model/runbook.js';
import { findNodes } from './ast.js';
import { lockingStatements } from './locking.js';
import { parseSql } from './parser.js';

const READS = ['SELECT'] as const;
const OWNS = ['OWNER'] as const;
const MAINTAINS = ['MAINTAIN'] as const;
/** Any of several would do for LOCK; this one does in every version. */
const LOCKS = ['UPDATE'] as const;

/**
 * What each command asks for on the relations that it names. UPDATE and DELETE read what their WHERE
 * and expressions name. `OTHER` is known by name only.
 */
const ASKED: Readonly<Record<LockingCommand, readonly RelationPrivilege[]>> = {
  SELECT: READS,
  'SELECT FOR UPDATE': ['SELECT', 'UPDATE'],
  INSERT: ['INSERT'],
  UPDATE: ['SELECT', 'UPDATE'],
  DELETE: ['SELECT', 'DELETE'],
  MERGE: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  TRUNCATE: ['TRUNCATE'],
  'TRUNCATE CASCADE': ['TRUNCATE'],
  'LOCK ACCESS SHARE': READS,
  'LOCK ROW SHARE': LOCKS,
  'LOCK ROW EXCLUSIVE': LOCKS,
  'LOCK SHARE UPDATE EXCLUSIVE': LOCKS,
  'LOCK SHARE': LOCKS,
  'LOCK SHARE ROW EXCLUSIVE': LOCKS,
  'LOCK EXCLUSIVE': LOCKS,
  'LOCK ACCESS EXCLUSIVE': LOCKS,
  VACUUM: MAINTAINS,
  'VACUUM (TRUNCATE FALSE)': MAINTAINS,
  'VACUUM FULL': MAINTAINS,
  ANALYZE: MAINTAINS,
  'ANALYZE ONLY': MAINTAINS,
  CLUSTER: MAINTAINS,
  'REINDEX INDEX': MAINTAINS,
  'REINDEX INDEX CONCURRENTLY': MAINTAINS,
  'REINDEX TABLE': MAINTAINS,
  'REINDEX TABLE CONCURRENTLY': MAINTAINS,
  REFRESH: MAINTAINS,
  'REFRESH CONCURRENTLY': MAINTAINS,
  'CREATE INDEX': OWNS,
  'CREATE INDEX CONCURRENTLY': OWNS,
  'DROP INDEX': OWNS,
  'DROP INDEX CONCURRENTLY': OWNS,
  'CREATE TABLE PARTITION OF': OWNS,
  'CREATE TABLE INHERITS': OWNS,
  REFERENCES: ['REFERENCES'],
  'CREATE OR REPLACE VIEW': OWNS,
  'CREATE STATISTICS': OWNS,
  'CREATE TRIGGER': ['TRIGGER'],
  'COMMENT ON': OWNS,
  'DROP TABLE': OWNS,
  'DROP VIEW': OWNS,
  'DROP TRIGGER': OWNS,
  'ALTER INDEX RENAME': OWNS,
  'ALTER TABLE': OWNS,
  'ALTER TABLE DROP CONSTRAINT': OWNS,
  'ALTER TABLE VALIDATE CONSTRAINT': OWNS,
  'ALTER TABLE SET STATISTICS': OWNS,
  'ALTER TABLE ALTER COLUMN SET (…)': OWNS,
  'ALTER TABLE SET (…)': OWNS,
  'ALTER TABLE CLUSTER ON': OWNS,
  'ALTER TABLE ENABLE TRIGGER': OWNS,
  'ALTER TABLE ADD FOREIGN KEY': OWNS,
  'ALTER TABLE ATTACH PARTITION': OWNS,
  'ALTER TABLE DETACH PARTITION': OWNS,
  'ALTER TABLE DETACH PARTITION CONCURRENTLY': OWNS,
  OTHER: [],
};

/** Stands in the place of a name for VACUUM and its kin without one: no name has a bare space. */
const isName = (relation: string): boolean => !/^every /.test(relation);

/** What statements ask for on the relations that they name. */
export function statementNeeds(statements: readonly LockingStatement[]): RelationNeed[] {
  return statements.flatMap(({ command, relations }) =>
    relations.filter(isName).flatMap((name) => ASKED[command].map((asked) => need(name, asked))),
  );
}

/** What the text of statements does not tell the needs of, by name. */
export function untold(statements: readonly LockingStatement[]): string[] {
  return statements.flatMap(({ command, relations }) =>
    relations.filter((name) => command === 'OTHER' || !isName(name)),
  );
}

/** What expressions over one table need: its columns that they read, and the relations of their queries. */
export interface ExpressionNeeds {
  /** Undefined: the text does not tell which, so all. */
  readonly columns: readonly string[] | undefined;
  readonly others: readonly RelationNeed[];
  readonly untold: readonly string[];
}

/** Looks what expressions over one table read. */
export async function expressionNeeds(
  table: RelationName,
  expressions: readonly string[],
): Promise<ExpressionNeeds> {
  // Not as what is selected: functions would count as called for what they do.
  const sql = `SELECT WHERE ROW(${expressions.map((one) => `(${one}\n)`).join(', ')}) IS NULL`;
  const parsed = await parseSql(sql);
  if (!parsed.ok) return { columns: undefined, others: [], untold: [] };
  const statements = await lockingStatements(sql);
  const columns = parsed.statements.flatMap(({ node }) =>
    // In a query within, a name may be of either's tables.
    findNodes(node, 'SubLink').length > 0 ? [undefined] : readColumns(table, node),
  );
  return {
    columns: columns.includes(undefined) ? undefined : columns.filter((c) => c !== undefined),
    others: statementNeeds(statements),
    untold: untold(statements),
  };
}

/** The columns that are named; undefined stands for one that is not told, such as of a whole row. */
function readColumns({ schema, name }: RelationName, root: unknown): (string | undefined)[] {
  return findNodes(root, 'ColumnRef').map(({ fields }) => {
    const parts = findNodes(fields, 'String').map(({ sval }) => String(sval));
    const column = parts.at(-1);
    const of = parts.slice(0, -1);
    const known = of.every((part, i) => part === [schema, name].slice(2 - of.length)[i]);
    const whole = findNodes(fields, 'A_Star').length > 0 || column === name;
    return known && !whole ? column : undefined;
  });
}

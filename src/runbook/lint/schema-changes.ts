import { findNodes, isAstNode } from '../../sql/ast.js';
import type { SqlStatement } from '../../sql/parser.js';
import type { StatementFinding, StatementRule } from './statement-rule.js';

const isTemporary = ({ node }: SqlStatement): boolean =>
  findNodes(node, 'RangeVar').some((name) => name['relpersistence'] === 't') ||
  (isAstNode(node['relation']) && node['relation']['relpersistence'] === 't');

const DDL: Readonly<Record<string, string>> = {
  CreateStmt: 'CREATE TABLE',
  CreateTableAsStmt: 'CREATE TABLE AS',
  AlterTableStmt: 'ALTER TABLE',
  RenameStmt: 'ALTER … RENAME',
  AlterObjectSchemaStmt: 'ALTER … SET SCHEMA',
  CreateSchemaStmt: 'CREATE SCHEMA',
  ViewStmt: 'CREATE VIEW',
  CreateFunctionStmt: 'CREATE FUNCTION',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreateEnumStmt: 'CREATE TYPE',
  CompositeTypeStmt: 'CREATE TYPE',
  AlterEnumStmt: 'ALTER TYPE',
  CreateSeqStmt: 'CREATE SEQUENCE',
  CreatePolicyStmt: 'CREATE POLICY',
  CreateExtensionStmt: 'CREATE EXTENSION',
};

const ddl: StatementRule = (statement) => {
  const command = Object.hasOwn(DDL, statement.type) ? DDL[statement.type] : undefined;
  return [
    command !== undefined &&
      !isTemporary(statement) && {
        code: 'ddl-in-sql-step',
        message: `${command} changes the schema, which belongs to migrations that are reviewed and rolled out as such`,
        hint: 'Move it to a migration.',
      },
  ];
};

const drops: StatementRule = ({ type, node }) => {
  if (type === 'DropdbStmt') return [dropFinding('DROP DATABASE')];
  if (type !== 'DropStmt') return [];
  const what = String(node['removeType'])
    .replace('OBJECT_', '')
    .replace('MATVIEW', 'MATERIALIZED VIEW');
  if (what !== 'INDEX') return [dropFinding(`DROP ${what}`)];
  return [
    node['concurrent'] !== true && {
      code: 'drop-index-blocking',
      message:
        'DROP INDEX without CONCURRENTLY blocks reads and writes of the table behind it in the queue',
      hint: 'DROP INDEX CONCURRENTLY, in a step of its own with `transaction: false`.',
    },
  ];
};

function dropFinding(command: string): StatementFinding {
  return {
    code: 'drop-object',
    message: `${command} cannot be taken back`,
    hint: 'Move it to a migration, or say why it is right here.',
  };
}

const indexes: StatementRule = (statement) => [
  statement.type === 'IndexStmt' &&
    statement.node['concurrent'] !== true &&
    !isTemporary(statement) && {
      code: 'index-blocks-writes',
      message: 'CREATE INDEX without CONCURRENTLY blocks writes of the table while it is built',
      hint: 'CREATE INDEX CONCURRENTLY, in a step of its own with `transaction: false`.',
    },
];

const alterTable: StatementRule = ({ type, node }) =>
  type !== 'AlterTableStmt'
    ? []
    : findNodes(node['cmds'], 'AlterTableCmd').flatMap((command) => {
        const constraint = findNodes(command['def'], 'Constraint')[0];
        const scanning = ['CONSTR_FOREIGN', 'CONSTR_CHECK'].includes(
          String(constraint?.['contype']),
        );
        return [
          command['subtype'] === 'AT_AlterColumnType' && {
            code: 'column-type-change' as const,
            message:
              'a changed column type rewrites the table and all its indexes, with reads and writes blocked',
            hint: 'Add a new column, fill it with a backfill step, and swap them in a migration.',
          },
          command['subtype'] === 'AT_SetNotNull' && {
            code: 'set-not-null' as const,
            message: 'SET NOT NULL reads the whole table with all access to it blocked',
            hint: 'Add CHECK (… IS NOT NULL) NOT VALID, validate it, and then set NOT NULL.',
          },
          command['subtype'] === 'AT_AddConstraint' &&
            scanning &&
            constraint?.['skip_validation'] !== true && {
              code: 'constraint-scans-table' as const,
              message: 'a new constraint reads the whole table with writes blocked',
              hint: 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later step.',
            },
        ];
      });

/** Findings about statements that change the schema. */
export const SCHEMA_RULES: readonly StatementRule[] = [ddl, drops, indexes, alterTable];

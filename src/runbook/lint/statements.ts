import { calledFunctions, findNodes, hasOption, type AstNode } from '../../sql/ast.js';
import type { SqlStatement } from '../../sql/parser.js';
import type { LintStep } from './input.js';
import { SCHEMA_RULES } from './schema-changes.js';
import type { StatementFinding, StatementRule } from './statement-rule.js';

const calls = (statement: SqlStatement, pattern: RegExp): string | undefined =>
  calledFunctions(statement.node).find((name) => pattern.test(name));

/** UPDATE and DELETE at any depth: a CTE may change rows too. */
const dml: StatementRule = (statement) => {
  const nested = ['UpdateStmt', 'DeleteStmt'].flatMap((type) =>
    [...(statement.type === type ? [statement.node] : []), ...findNodes(statement.node, type)].map(
      (node) => ({ node, type }),
    ),
  );
  return nested.map(
    ({ node, type }) =>
      node['whereClause'] === undefined && {
        code: 'dml-without-where',
        message: `${type === 'UpdateStmt' ? 'UPDATE' : 'DELETE'} without WHERE changes every row in one transaction`,
        hint: 'Add a WHERE, or make it a backfill or purge step, which goes in batches.',
      },
  );
};

const COMMANDS: Readonly<Record<string, StatementFinding>> = {
  TruncateStmt: {
    code: 'truncate',
    message:
      'TRUNCATE blocks all access to the table, and its rows are gone for older snapshots too',
    hint: 'Delete in batches with a purge step, or say why it is right here.',
  },
  LockStmt: {
    code: 'lock-table',
    message: 'LOCK TABLE holds its lock to the end of the step',
    hint: 'Leave the locking to the statements that need it.',
  },
  AlterSystemStmt: {
    code: 'changes-server',
    message: 'ALTER SYSTEM changes the whole server, and stays when the run is over',
    hint: 'Configure the server where it is configured; give a step `settings` of its own.',
  },
  AlterDatabaseSetStmt: {
    code: 'changes-server',
    message:
      'ALTER DATABASE … SET changes the settings of everybody, and stays when the run is over',
    hint: 'Give the step `settings` of its own.',
  },
  ...Object.fromEntries(
    [
      'GrantStmt',
      'GrantRoleStmt',
      'CreateRoleStmt',
      'AlterRoleStmt',
      'DropRoleStmt',
      'AlterDefaultPrivilegesStmt',
      'AlterOwnerStmt',
    ].map((type): [string, StatementFinding] => [
      type,
      {
        code: 'changes-privileges',
        message: 'it changes roles or privileges, which nobody looks for in a maintenance runbook',
        hint: 'Move it to where privileges are managed.',
      },
    ]),
  ),
};

const commands: StatementRule = ({ type }) => [Object.hasOwn(COMMANDS, type) && COMMANDS[type]];

const maintenance: StatementRule = ({ type, node }) => {
  const kind = {
    VacuumStmt: node['is_vacuumcmd'] === true ? 'vacuum' : 'analyze',
    ReindexStmt: 'reindex',
    RefreshMatViewStmt: 'refresh',
  }[type];
  return [
    kind !== undefined && {
      code: 'maintenance-as-sql',
      message: `as SQL it has no selection, no evidence and no retry of its own: there is a kind ${kind}`,
      hint: `Make it a step of kind ${kind}.`,
    },
    type === 'VacuumStmt' &&
      hasOption(node['options'], 'full') && {
        code: 'vacuum-full',
        message: 'VACUUM FULL rewrites the table and blocks all reads and writes of it meanwhile',
        hint: 'Leave FULL out.',
      },
    type === 'ReindexStmt' &&
      !hasOption(node['params'], 'concurrently') && {
        code: 'reindex-blocking',
        message: 'REINDEX without CONCURRENTLY blocks writes, and reads that would use the index',
        hint: 'REINDEX (CONCURRENTLY), or a step of kind reindex.',
      },
    type === 'ClusterStmt' && {
      code: 'cluster-command',
      message: 'CLUSTER rewrites the table and blocks all reads and writes of it meanwhile',
      hint: 'Repack it with a tool that swaps at the end, or do it in a window and say so.',
    },
  ];
};

const outside: StatementRule = (statement) => {
  const { type, node } = statement;
  const file = calls(statement, /^(?:pg_read_(?:binary_)?file|pg_ls_dir|lo_import|lo_export)$/);
  const elsewhere = calls(statement, /^dblink(?:_exec|_send_query|_connect.*)?$/);
  return [
    type === 'CopyStmt' &&
      node['is_program'] === true && {
        code: 'copy-program',
        message: 'COPY … PROGRAM runs a shell command on the server, as the server',
        hint: 'Remove it: a runbook is no place for shell commands.',
      },
    ((type === 'CopyStmt' && node['is_program'] !== true && node['filename'] !== undefined) ||
      file !== undefined) && {
      code: 'server-files',
      message: 'it reads or writes files of the server, with the server’s rights',
      hint: 'Move data with a client, outside the runbook.',
    },
    elsewhere !== undefined && {
      code: 'leaves-server',
      message: `${elsewhere} works in another session: its work commits by itself, whatever becomes of the step`,
      hint: 'Do it in a step of a runbook for that server.',
    },
  ];
};

const sessions: StatementRule = (statement) => {
  const { type, node } = statement;
  const signal = calls(statement, /^pg_(?:terminate|cancel)_backend$/);
  return [
    signal !== undefined && {
      code: 'terminates-sessions',
      message: `${signal} ends what others do, and a PID may be somebody else’s by the time it is used`,
      hint: 'Let lock_timeout give way instead, and find out with `pg-runbook why` who is in the way.',
    },
    type === 'VariableSetStmt' &&
      String(node['name']).toLowerCase() === 'role' && {
        code: 'set-role',
        message:
          'the role of a worker is no protection: the text can go back to the role that logged in',
        hint: 'Log in as a role with just the rights that the runbook needs.',
      },
  ];
};

/** NOTs within a NOT are looked at with it: thousands of them nest in hostile texts. */
function hasNotIn(node: AstNode): boolean {
  const seen = new Set<unknown>();
  return findNodes(node, 'BoolExpr').some(({ boolop, args }) => {
    if (boolop !== 'NOT_EXPR' || seen.has(args)) return false;
    for (const inner of findNodes(args, 'BoolExpr')) seen.add(inner['args']);
    return findNodes(args, 'SubLink').some((link) => link['subLinkType'] === 'ANY_SUBLINK');
  });
}

const surprises: StatementRule = (statement, step) => {
  const { type, node } = statement;
  const notIn = hasNotIn(node);
  const inserts = type === 'InsertStmt' && node['onConflictClause'] === undefined;
  const asks =
    type === 'SelectStmt' && calledFunctions(node).length === 0 && node['intoClause'] === undefined;
  return [
    notIn && {
      code: 'not-in-subquery',
      message:
        'NOT IN with a subquery is never true once the subquery has one NULL, and cannot use an index',
      hint: 'Use NOT EXISTS.',
    },
    inserts &&
      step.body['idempotent'] === true && {
        code: 'insert-not-idempotent',
        message:
          'the step says that a second run does no harm, and this INSERT would add its rows again',
        hint: 'Add ON CONFLICT DO NOTHING, or remove `idempotent: true`.',
      },
    step.body['transaction'] !== false &&
      calls(statement, /^pg_sleep/) !== undefined && {
        code: 'sleeps-in-transaction',
        message: 'it sleeps with a transaction open, which holds back VACUUM and keeps its locks',
        hint: 'Leave pauses to a backfill or purge step, which commits before them.',
      },
    asks &&
      findNodes(node, 'UpdateStmt').length +
        findNodes(node, 'DeleteStmt').length +
        findNodes(node, 'InsertStmt').length ===
        0 && {
        code: 'rows-thrown-away',
        message: 'nobody sees the rows of this query: they are thrown away',
        hint: 'Remove it, or raise an error from a DO block where it should fail the step.',
      },
  ];
};

const RULES_OF_STATEMENTS: readonly StatementRule[] = [
  dml,
  ...SCHEMA_RULES,
  commands,
  maintenance,
  outside,
  sessions,
  surprises,
];

/** What is found in one statement, each thing once. */
export function lintStatement(statement: SqlStatement, step: LintStep): StatementFinding[] {
  const found = RULES_OF_STATEMENTS.flatMap((rule) => rule(statement, step)).filter(
    (one): one is StatementFinding => typeof one === 'object',
  );
  return [...new Map(found.map((one) => [one.code, one])).values()];
}

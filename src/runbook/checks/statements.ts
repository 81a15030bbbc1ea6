import type { SqlStatement } from '../../sql/parser.js';
import {
  changesWorker,
  copiesWithClient,
  isTransactionControl,
  mayRunAlone,
  refusesTransaction,
} from '../../sql/statements.js';
import type { Path, Problem } from '../diagnostic.js';

function checkAny(statement: SqlStatement, path: Path): Problem[] {
  const textOffset = statement.offset;
  if (isTransactionControl(statement)) {
    const message =
      'transaction control cannot stand in a sql step: the engine opens and ends transactions';
    const hint = 'Remove it, or split the step; procedures may commit, with `transaction: false`.';
    return [{ code: 'transaction-control', message, hint, path, textOffset }];
  }
  const changed = changesWorker(statement);
  if (changed !== undefined) {
    const message = `${changed} cannot stand in a sql step: the engine knows, bounds and proves its workers by it`;
    const hint =
      "Remove it; the step's own `timeout` bounds it, SET LOCAL ROLE gives it other rights.";
    return [{ code: 'changes-worker', message, hint, path, textOffset }];
  }
  if (copiesWithClient(statement)) {
    const message = 'COPY from or to the client cannot run: a worker has no client';
    const hint = 'Use INSERT … SELECT, or COPY with a file on the server.';
    return [{ code: 'copy-client', message, hint, path, textOffset }];
  }
  return [];
}

function checkInTransaction(statement: SqlStatement, path: Path): Problem[] {
  const command = refusesTransaction(statement);
  if (command === undefined) return [];
  const message = `${command} cannot run in a transaction block`;
  const hint = 'Give it a step of its own, with `transaction: false`.';
  return [{ code: 'needs-no-transaction', message, hint, path, textOffset: statement.offset }];
}

function checkAlone(statements: readonly SqlStatement[], path: Path): Problem[] {
  const [first, second] = statements;
  if (second !== undefined) {
    const message = `with \`transaction: false\` exactly one statement is allowed, here are ${String(statements.length)}`;
    const hint = 'Make them steps of their own.';
    return [{ code: 'several-statements', message, hint, path, textOffset: second.offset }];
  }
  if (first === undefined || mayRunAlone(first) || isTransactionControl(first)) return [];
  if (copiesWithClient(first)) return [];
  const message =
    'this command belongs in a transaction: without one its success could not be proved';
  const hint = 'Remove `transaction: false`.';
  return [{ code: 'needs-transaction', message, hint, path, textOffset: first.offset }];
}

/** Checks the statements of a sql step. */
export function checkStatements(
  statements: readonly SqlStatement[],
  path: Path,
  transaction: boolean,
): readonly Problem[] {
  if (statements.length === 0) {
    return [{ code: 'sql-empty', message: 'there is no statement here, only comments', path }];
  }
  return [
    ...statements.flatMap((statement) => checkAny(statement, path)),
    ...(transaction
      ? statements.flatMap((statement) => checkInTransaction(statement, path))
      : checkAlone(statements, path)),
  ];
}

/** Checks a guard's SQL: it is asked before each launch, so it must be one query. */
export function checkGuardStatements(
  statements: readonly SqlStatement[],
  path: Path,
): readonly Problem[] {
  if (statements.length === 1 && statements[0]?.type === 'SelectStmt') return [];
  const message = 'a guard must be one query that returns a boolean';
  return [{ code: 'guard-not-query', message, hint: 'Like: select count(*) < 40 from …', path }];
}

import pg from 'pg';
import { RunbookError } from '../errors.js';

/** SQLSTATEs that the engine acts on, by PostgreSQL's condition names (appendix A of its manual). */
export const SQLSTATE = {
  connectionFailure: '08006',
  undefinedObject: '42704',
  datatypeMismatch: '42804',
  insufficientPrivilege: '42501',
  undefinedTable: '42P01',
  undefinedFunction: '42883',
  invalidSchemaName: '3F000',
  duplicateObject: '42710',
  duplicateSchema: '42P06',
  duplicateTable: '42P07',
  uniqueViolation: '23505',
  objectNotInPrerequisiteState: '55000',
  objectInUse: '55006',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  insufficientResources: '53000',
  configurationLimitExceeded: '53400',
} as const;

/** What PostgreSQL says of an error. */
export interface SqlError {
  readonly sqlstate: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** The server's own error behind a rejected query, or undefined when it was something else. */
export function asSqlError(error: unknown): SqlError | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return undefined;
  return {
    sqlstate: error.code,
    message: error.message,
    detail: error.detail,
    hint: error.hint,
  };
}

/** True when the server said just this. */
export function hasSqlState(error: unknown, ...states: readonly string[]): boolean {
  const sqlstate = asSqlError(error)?.sqlstate;
  return sqlstate !== undefined && states.includes(sqlstate);
}

/** True when the connection is gone, so that what the server did is not known. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof RunbookError && error.code === 'connection_lost';
}

/** What the server refused us, a full disk for the ledger for one, is no defect of ours. */
export function asRunbookError(error: unknown): unknown {
  const sql = asSqlError(error);
  if (sql === undefined) return error;
  return new RunbookError('query_failed', `the server refused a query: ${sql.message}`, {
    sqlstate: sql.sqlstate,
    cause: error,
    // Each of a hint's sentences may be a line of its own.
    ...(sql.hint === undefined ? {} : { hint: sql.hint.replaceAll('\n', ' ') }),
  });
}

import { RunbookError } from '../errors.js';

/** The error for what no connection can be made of, before one is tried. */
export function invalidConnection(message: string, hint: string, cause?: unknown): RunbookError {
  return new RunbookError('invalid_connection', message, { hint, cause });
}

/** A connection string that cannot be read; it is not repeated, since it may hold a password. */
export function invalidDsn(why: string): RunbookError {
  return invalidConnection(
    `the DSN cannot be read: ${why}`,
    "Write postgresql://user@host:5432/database or 'host=… port=… dbname=…'.",
  );
}

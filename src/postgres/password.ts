import { createReadStream, statSync } from 'node:fs';
import { getPassword } from 'pgpass/lib/helper.js';
import { invalidConnection } from './invalid-connection.js';

interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/**
 * The password: the one given, else the matching line of libpq's password file, looked up when the
 * server asks for it.
 * @param file undefined: there is none, since there is no home folder.
 */
export function passwordFrom(
  given: string | undefined,
  file: string | undefined,
  target: Target,
): string | (() => Promise<string>) {
  if (given !== undefined) return given;
  return async () => {
    // node-postgres wants a text: with an empty one the server says what it misses.
    if (file === undefined || !isThere(file)) return '';
    return new Promise((resolve) => {
      getPassword(target, createReadStream(file), (found) => {
        resolve(found ?? '');
      });
    });
  };
}

/**
 * Whether there is a password file.
 * @throws RunbookError `invalid_connection` for one that others may read, which libpq would pass over.
 */
function isThere(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isFile() && (found.mode & 0o077) === 0) return true;
  const why = found.isFile() ? 'can be used by group or others' : 'is no plain file';
  throw invalidConnection(
    `the password file ${file} ${why}`,
    `chmod 0600 ${file}, or name another one by PGPASSFILE.`,
  );
}

import { userInfo } from 'node:os';
import { join } from 'node:path';
import { invalidConnection } from './invalid-connection.js';

/** The variables of the environment that a command was called with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The account that runs this, as the system has it: in a container it may be a mere number. */
function account(): { readonly username: string; readonly homedir: string } | undefined {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}

/** A file of the home folder, which is HOME or the account's; undefined where there is neither. */
export function homeFile(env: Environment, ...path: readonly string[]): string | undefined {
  const { HOME = '' } = env;
  const home = HOME === '' ? account()?.homedir : HOME;
  return home === undefined ? undefined : join(home, ...path);
}

/**
 * The name of the account, which is libpq's default for the role.
 * @throws RunbookError `invalid_connection` where the account has none.
 */
export function accountName(): string {
  const name = account()?.username;
  if (name !== undefined) return name;
  throw invalidConnection(
    'no user is named, and the account that runs this has no name',
    'Set PGUSER, or user=… in the DSN.',
  );
}

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, ownIdentity, parseIdentity, type StartTimeOf } from './process-identity.js';

/**
 * Test runs that use the server sign in, one file per process: the run that started it must not stop
 * it while another still works on it. A run that was killed counts no more.
 */
export function signIn(folder: string): void {
  const own = ownIdentity();
  writeFileSync(join(folder, String(own.pid)), JSON.stringify(own));
}

export function signOut(folder: string): void {
  rmSync(join(folder, String(process.pid)), { force: true });
}

export function hasUsers(folder: string, startTimeOf?: StartTimeOf): boolean {
  return readdirSync(folder).some((name) => {
    const user = parseIdentity(readFileSync(join(folder, name), 'utf8'));
    if (user !== undefined && isAlive(user, startTimeOf)) return true;
    rmSync(join(folder, name), { force: true });
    return false;
  });
}

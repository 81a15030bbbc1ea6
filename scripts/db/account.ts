import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export function parseAccount(passwd: string, name: string): Account | undefined {
  for (const line of passwd.split('\n')) {
    const [login, , uid, gid] = line.split(':');
    if (login === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** The account by the root folder's own passwd file: its numbers differ from the host's. */
export function findAccount(root: string, name: string): Account | undefined {
  return parseAccount(readFileSync(join(root, 'etc/passwd'), 'utf8'), name);
}

export const isRoot = (): boolean => process.getuid?.() === 0;

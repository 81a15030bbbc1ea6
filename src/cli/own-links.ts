import { lstat, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, sep } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Where a path leads when its symbolic links are followed. In a folder that others can write to, a link may
 * have been planted, to have us write with our rights where they may not: only ours and the superuser's
 * are followed. What follows a name that is not there is kept as it stands.
 * @throws Error that names the link of another user.
 */
export async function followOwnLinks(path: string): Promise<string> {
  let { root: at } = parse(isAbsolute(path) ? path : process.cwd());
  let rest = (isAbsolute(path) ? path : join(process.cwd(), path)).slice(at.length).split(sep);
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '' || name === '.') continue;
    const next = name === '..' ? dirname(at) : join(at, name);
    const target = await ownLink(next);
    if (target === undefined) at = next;
    // Its links are made by the kernel, and need not have a path.
    else if (next.startsWith('/proc/')) return join(next, ...rest);
    else {
      links += 1;
      if (links > MOST_LINKS) throw new Error(`${path} has too many symbolic links`);
      if (isAbsolute(target)) at = parse(target).root;
      rest = [...target.split(sep), ...rest];
    }
  }
  return at;
}

/** @returns undefined for what is no link, or is not there. */
async function ownLink(path: string): Promise<string | undefined> {
  let found;
  try {
    found = await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (!found.isSymbolicLink()) return undefined;
  if (isStrangers(found.uid)) {
    throw new Error(
      `${path} is a symbolic link of another user: remove the link, or choose a folder that only you can write to`,
    );
  }
  return readlink(path);
}

/** True for a user who is neither ours nor the superuser. */
export function isStrangers(uid: number): boolean {
  return uid !== 0 && uid !== (process.geteuid?.() ?? uid);
}

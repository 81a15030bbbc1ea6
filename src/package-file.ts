import { statSync } from 'node:fs';

/** A file or folder of the package, by its path there: the code that asks may have been bundled to anywhere in it. */
export function packageFile(path: string): URL {
  let root = new URL('.', import.meta.url);
  while (!isThere(new URL('package.json', root))) {
    const parent = new URL('..', root);
    if (parent.href === root.href) throw new Error('no package.json above this program');
    root = parent;
  }
  return new URL(path, root);
}

/** Unlike existsSync it does not ask access(2), which says no to what only a capability lets this process read. */
function isThere(file: URL): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

import { existsSync, readFileSync } from 'node:fs';
import { run } from './command.js';
import { say } from './log.js';

/** The mount points at or below a folder, from the text of /proc/self/mountinfo. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/** Removes a half-built root folder, unless something of the host (/dev, /proc) is still mounted in it. */
export async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const mountinfo = '/proc/self/mountinfo';
  const mounts = existsSync(mountinfo) ? readFileSync(mountinfo, 'utf8') : '';
  if (mountsBelow(mounts, folder).length > 0) {
    say(`left in place, because something is mounted in it: ${folder}`);
    return;
  }
  await run('rm', ['-rf', '--one-file-system', folder]);
}

import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { followOwnLinks, isStrangers } from './own-links.js';
import { writeThrough } from './write-through.js';

/** Reports and plans hold SQL, names and messages: they are for who runs, unless he says otherwise. */
export const REPORT_MODE = 0o600;

/** Metrics hold names and figures, and are there for an exporter that runs as another user. */
export const METRICS_MODE = 0o644;

/** Where a text goes, and who may read it there. */
export interface OutputFile {
  readonly path: string;
  /** Undefined: {@link REPORT_MODE}. */
  readonly mode: number | undefined;
}

/** While it is written, a file is for nobody else. */
const UNFINISHED_MODE = 0o600;

/** Characters that are written together. */
const CHUNK = 65_536;

/**
 * Writes a file whole or not at all, its text in pieces: nothing else happens while they are made, so
 * that they are of one moment. The file is ours and has the mode that is given, whatever was there before.
 * A pipe or a device is written to, and stays. Links of other users are not followed.
 * @throws what the file system says.
 */
export async function writeAtomically(
  path: string,
  pieces: Iterable<string>,
  mode: number,
): Promise<void> {
  const target = await followOwnLinks(path);
  if (await isToBeReplaced(target)) await replaceFile(target, pieces, mode);
  else await writeThrough(target, chunksOf(pieces));
}

/** True for a regular file, and where there is none. */
async function isToBeReplaced(path: string): Promise<boolean> {
  // What stands there may be a regular file, and cannot be replaced: an open file of a process.
  if (path.startsWith('/proc/')) return false;
  try {
    const found = await stat(path);
    if (found.isFile() || found.isDirectory()) return true;
    if (isStrangers(found.uid)) throw new Error(`${path} belongs to another user`);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

/**
 * The temporary file has a name that nobody can guess, and must not be there: another user could
 * otherwise plant a link in its place, and have us write into a file of his choice.
 */
async function replaceFile(path: string, pieces: Iterable<string>, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(temporary, 'wx', UNFINISHED_MODE);
  const remove = (): void => {
    rmSync(temporary, { force: true });
  };
  process.once('exit', remove);
  try {
    await fill(file, pieces, mode);
    await rename(temporary, path);
  } catch (error) {
    remove();
    throw error;
  } finally {
    process.off('exit', remove);
  }
}

async function fill(file: FileHandle, pieces: Iterable<string>, mode: number): Promise<void> {
  try {
    for (const chunk of chunksOf(pieces)) appendFileSync(file.fd, chunk);
    // The umask has no say in what was asked for.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

function* chunksOf(pieces: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

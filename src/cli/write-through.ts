import { constants, open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A reader may come a moment later, or be at work on what it has; one that is gone never comes. */
const PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 20;

const NOBODY_READS = 'nobody reads the pipe';

/**
 * Writes to what stays as it is: a pipe, a device, an open file of a process. Never waits for ever for
 * the reader of a pipe.
 * @param chunks are made at one moment, before anything is waited for.
 * @throws what the file system says; of a pipe without a reader, or of one that takes nothing, so.
 */
export async function writeThrough(path: string, chunks: Iterable<string>): Promise<void> {
  const all = [...chunks];
  const file = await whenReady(() => openUnblocked(path), 'ENXIO', NOBODY_READS);
  try {
    for (const chunk of all) await writeAll(file, Buffer.from(chunk));
  } catch (error) {
    throw hasCode(error, 'EPIPE') ? new Error(NOBODY_READS, { cause: error }) : error;
  } finally {
    await file.close();
  }
}

async function openUnblocked(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NONBLOCK);
  } catch (error) {
    // A device that is not there says the same as a pipe that nobody reads.
    if (hasCode(error, 'ENXIO') && !(await stat(path)).isFIFO()) {
      throw new Error(`${path} cannot be opened to write`, { cause: error });
    }
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await whenReady(
      () => file.write(bytes, at),
      'EAGAIN',
      'the reader of the pipe takes nothing',
    );
    at += bytesWritten;
  }
}

/** Tries again for a while what fails with a code. */
async function whenReady<T>(work: () => Promise<T>, code: string, late: string): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, code)) throw error;
      if (Date.now() >= until) throw new Error(late, { cause: error });
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

import { appendFileSync, chmodSync, closeSync, openSync, statSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';

/** Characters that are written together. */
const CHUNK = 65_536;

/**
 * Writes a file whole or not at all, its text in pieces: nothing else happens while they are made, so
 * that they are of one moment.
 * @throws what the file system says.
 */
export async function writeAtomically(path: string, pieces: Iterable<string>): Promise<void> {
  await writeFileAtomic(path, '', {
    tmpfileCreated: (temporary) => {
      writePieces(temporary, pieces);
    },
  });
}

const WRITABLE = 0o200;

function writePieces(path: string, pieces: Iterable<string>): void {
  // It has the mode of the file that it replaces, and gets it back in the end.
  const { mode } = statSync(path);
  if ((mode & WRITABLE) === 0) chmodSync(path, mode | WRITABLE);
  const file = openSync(path, 'w');
  try {
    let chunk = '';
    for (const piece of pieces) {
      chunk += piece;
      if (chunk.length < CHUNK) continue;
      appendFileSync(file, chunk);
      chunk = '';
    }
    appendFileSync(file, chunk);
  } finally {
    closeSync(file);
  }
}

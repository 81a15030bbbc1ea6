import { appendFileSync, closeSync, openSync } from 'node:fs';
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

function writePieces(path: string, pieces: Iterable<string>): void {
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

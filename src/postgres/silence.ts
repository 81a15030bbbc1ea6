import { RunbookError } from '../errors.js';
import type { Row } from './session.js';

/** A query without an answer for so long is asked about, over another connection. */
export const ASK_AFTER_MS = 15_000;
/** How long that connection may take to answer. */
export const ASKED_WITHIN_MS = 10_000;

/** A short session beside the silent one. */
interface Asking {
  query(sql: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * Whether a server process is at its query still, so that its silence is work. A network that swallows everything tells
 * nobody, and a server that stands still neither.
 * @param open opens a session to the same server.
 */
export async function isAtWork(open: () => Promise<Asking>, pid: number): Promise<boolean> {
  try {
    const other = await open();
    try {
      const [row] = await other.query(
        'SELECT a.state FROM pg_catalog.pg_stat_activity a WHERE a.pid = $1',
        [pid],
      );
      // Behind a pooler the number is none of the server's: then nothing is known.
      return row?.['state'] !== 'idle';
    } finally {
      await other.close();
    }
  } catch (error) {
    // A server that refuses one more session is there.
    return error instanceof RunbookError && error.sqlstate !== undefined;
  }
}

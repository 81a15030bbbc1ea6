import { afterAll } from 'vitest';
import { discardServer, startServer, stopServer } from '../../scripts/db/ensure.js';

export interface OwnServer {
  readonly instance: string;
  /** Brings it up, or finds it up, and answers its URI: the same one after every restart. */
  start(): Promise<string>;
  /** `immediate` is a crash: every session is lost, and the next start recovers. */
  stop(mode: 'fast' | 'immediate'): Promise<boolean>;
}

/**
 * A server beside the main one, for a test file that stops or crashes it; the other files keep
 * theirs. It goes, data and all, at the end of the file. It starts without the extension created.
 */
export function useOwnServer(label: string): OwnServer {
  const instance = `${label}-${process.pid}`;
  afterAll(() => discardServer({ instance }));
  return {
    instance,
    start: () => startServer({ instance }),
    stop: (mode) => stopServer(mode, { instance }),
  };
}

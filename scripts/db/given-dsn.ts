import { say } from './log.js';
import { OLDEST_MAJOR } from './local.js';
import { probe } from './probe.js';

export const GIVEN_DSN = 'PG_RUNBOOK_TEST_DSN';

/** The server that the environment names: checked, never started, stopped or changed by us. */
export async function checkGiven(uri: string): Promise<void> {
  const seen = await probe(uri).catch((error: unknown) => {
    throw new Error(`${GIVEN_DSN} names a server that does not answer: ${String(error)}`);
  });
  if (!seen.hasExtension) {
    throw new Error(`${GIVEN_DSN} names a server without the extension pg_background: install it`);
  }
  if (seen.versionNumber < OLDEST_MAJOR * 10_000) {
    say(`${GIVEN_DSN} names a server older than ${OLDEST_MAJOR}; some tests will not hold`);
  }
}

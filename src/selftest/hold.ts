import { sessionApplicationName } from '../model/identity.js';
import { withSession } from '../postgres/command-session.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';

/**
 * Keeps a transaction open in a session of its own, as a stranger's would be.
 * @returns what ends it, once the SQL is done.
 */
export async function holdTransaction(
  connection: ConnectionSettings,
  sql: string,
): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const name = sessionApplicationName(undefined, 'selftest-holder');
  return new Promise((resolve, reject) => {
    const over = withSession(connection, name, async (session) => {
      await session.query('BEGIN');
      await session.query(sql);
      resolve(async () => {
        release();
        await over;
      });
      await released;
    });
    over.catch(reject);
  });
}

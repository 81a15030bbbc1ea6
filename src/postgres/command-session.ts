import { OWN_SESSION } from '../model/settings.js';
import type { ConnectionSettings } from './connection-settings.js';
import { Session } from './session.js';

/** A little longer than the statement_timeout of its queries. */
const ANSWERS_WITHIN_MS = 315_000;

/** Opens a session for the time of `work`. A query that meets a lock gives up soon. */
export async function withSession<T>(
  settings: ConnectionSettings,
  applicationName: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await Session.open(settings, applicationName, ANSWERS_WITHIN_MS, {
    ...OWN_SESSION,
    lock_timeout: '5s',
    statement_timeout: '5min',
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

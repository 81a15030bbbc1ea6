import { sessionApplicationName } from '../model/identity.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { SAFE_SEARCH_PATH, Session } from '../postgres/session.js';

/** The two sessions of a run. */
export interface RunSessions {
  /** Launches and polls; it owns the handles, and its settings are inherited by the workers. */
  readonly control: Session;
  /** Ledger, evidence and signals. */
  readonly observer: Session;
  /** The role's own search_path, which is for the workers. */
  readonly searchPath: string;
}

/** An observer's query that meets a lock gives up instead of waiting behind it. */
const OBSERVER_LOCK_TIMEOUT = '5s';
const OBSERVER_STATEMENT_TIMEOUT = '60s';

/** Opens the sessions of a run. The role's own timeouts must not end a session that waits for work. */
export async function openSessions(
  settings: ConnectionSettings,
  runId: string,
  workers: number,
): Promise<RunSessions> {
  const control = await Session.open(settings, sessionApplicationName(runId, 'control'));
  try {
    const [row] = await control.query<{ path: string }>(
      "SELECT pg_catalog.current_setting('search_path') AS path",
    );
    await control.script(`SET search_path = ${SAFE_SEARCH_PATH}; SET statement_timeout = 0;
SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET pg_background.max_workers = ${String(Math.max(workers + 1, 16))}`);
    const observer = await openObserver(settings, runId);
    return { control, observer, searchPath: row?.path ?? '' };
  } catch (error) {
    await control.close();
    throw error;
  }
}

/** Opens the session for everything but launching and polling. */
export async function openObserver(settings: ConnectionSettings, runId: string): Promise<Session> {
  const observer = await Session.open(settings, sessionApplicationName(runId, 'observer'));
  await observer.script(`SET search_path = ${SAFE_SEARCH_PATH}; SET DateStyle = ISO;
SET statement_timeout = '${OBSERVER_STATEMENT_TIMEOUT}';
SET lock_timeout = '${OBSERVER_LOCK_TIMEOUT}'; SET idle_session_timeout = 0;
SET idle_in_transaction_session_timeout = 0; SET jit = off`);
  return observer;
}

import { sessionApplicationName } from '../model/identity.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { Session } from '../postgres/session.js';

/** The two sessions of a run. */
export interface RunSessions {
  /** Launches and polls; it owns the handles, and its settings are inherited by the workers. */
  readonly control: Session;
  /** Ledger, evidence and signals. */
  readonly observer: Session;
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
    await control.script(`SET statement_timeout = 0; SET lock_timeout = 0;
SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET pg_background.max_workers = ${String(Math.max(workers + 1, 16))}`);
    const observer = await openObserver(settings, runId);
    return { control, observer };
  } catch (error) {
    await control.close();
    throw error;
  }
}

/** Opens the session for everything but launching and polling. */
export async function openObserver(settings: ConnectionSettings, runId: string): Promise<Session> {
  const observer = await Session.open(settings, sessionApplicationName(runId, 'observer'));
  await observer.script(`SET statement_timeout = '${OBSERVER_STATEMENT_TIMEOUT}';
SET lock_timeout = '${OBSERVER_LOCK_TIMEOUT}'; SET idle_session_timeout = 0;
SET idle_in_transaction_session_timeout = 0; SET jit = off`);
  return observer;
}

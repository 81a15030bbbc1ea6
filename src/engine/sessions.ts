import { sessionApplicationName } from '../model/identity.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import {
  applySettings,
  commitDurably,
  NO_TIMEOUTS,
  PLAIN_TRANSACTIONS,
} from '../postgres/session-settings.js';
import { Session } from '../postgres/session.js';

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

/** Longer than any call of the session may take; then the network or the server has gone silent. */
const CONTROL_ANSWERS_WITHIN_MS = 30_000;
const OBSERVER_ANSWERS_WITHIN_MS = 75_000;

/** Opens the sessions of a run. */
export async function openSessions(
  settings: ConnectionSettings,
  runId: string,
  workers: number,
): Promise<RunSessions> {
  const name = sessionApplicationName(runId, 'control');
  const control = await Session.open(settings, name, CONTROL_ANSWERS_WITHIN_MS);
  try {
    const [row] = await control.query<{ path: string }>(
      "SELECT pg_catalog.current_setting('search_path') AS path",
    );
    // The workers inherit all of this; their only timeouts are those that the plan shows.
    await applySettings(control, { ...NO_TIMEOUTS, client_min_messages: 'notice' });
    await control.script(`SET pg_background.worker_timeout = 0;
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
  const name = sessionApplicationName(runId, 'observer');
  const observer = await Session.open(settings, name, OBSERVER_ANSWERS_WITHIN_MS);
  await applySettings(observer, {
    ...NO_TIMEOUTS,
    ...PLAIN_TRANSACTIONS,
    statement_timeout: OBSERVER_STATEMENT_TIMEOUT,
    lock_timeout: OBSERVER_LOCK_TIMEOUT,
  });
  await commitDurably(observer);
  return observer;
}

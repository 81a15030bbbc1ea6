import { requireTrusted } from '../ledger/trust.js';
import { sessionApplicationName } from '../model/identity.js';
import { DEAD_PEERS, NO_TIMEOUTS, OWN_SESSION, WORKABLE } from '../model/settings.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { readRolePath } from '../postgres/role-path.js';
import { setForSession, commitDurably } from '../postgres/session-settings.js';
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

/** It has the run's claim: a query of its must not go on for long when this host is gone. */
const NOTICES_GONE = { client_connection_check_interval: '5s' };

/** An observer's query that meets a lock gives up instead of waiting behind it. */
const OBSERVER_LOCK_TIMEOUT = '5s';
const OBSERVER_STATEMENT_TIMEOUT = '60s';

/** Longer than any call of the session may take; then the network or the server has gone silent. */
const CONTROL_ANSWERS_WITHIN_MS = 30_000;
const OBSERVER_ANSWERS_WITHIN_MS = 75_000;

/**
 * Opens the sessions of a run.
 * @param old sessions of before a connection was lost; those that live are kept.
 */
export async function openSessions(
  settings: ConnectionSettings,
  runId: string,
  workers: number,
  old: Partial<RunSessions> = {},
): Promise<RunSessions> {
  const [control, observing] = await Promise.allSettled([
    old.control?.lost === false ? old.control : openControl(settings, runId, workers),
    observe(settings, runId, old.observer),
  ]);
  if (control.status === 'fulfilled' && observing.status === 'fulfilled') {
    return { control: control.value, ...observing.value };
  }
  if (control.status === 'fulfilled') await control.value.close();
  if (observing.status === 'fulfilled') await observing.value.observer.close();
  throw control.status === 'rejected'
    ? control.reason
    : (observing as PromiseRejectedResult).reason;
}

/** The path is asked of the observer: the control session keeps the role's work_mem, for its workers. */
async function observe(
  settings: ConnectionSettings,
  runId: string,
  kept: Session | undefined,
): Promise<Omit<RunSessions, 'control'>> {
  const observer = kept?.lost === false ? kept : await openObserver(settings, runId);
  try {
    return { observer, searchPath: await readRolePath(observer) };
  } catch (error) {
    await observer.close();
    throw error;
  }
}

async function openControl(
  settings: ConnectionSettings,
  runId: string,
  workers: number,
): Promise<Session> {
  const name = sessionApplicationName(runId, 'control');
  const control = await Session.open(settings, name, CONTROL_ANSWERS_WITHIN_MS);
  try {
    // The workers inherit all of this, and what is not set here from the role and the database; their
    // only timeouts are those that the plan shows.
    await setForSession(control, {
      ...NO_TIMEOUTS,
      ...DEAD_PEERS,
      ...WORKABLE,
      client_min_messages: 'notice',
      'pg_background.worker_timeout': '0',
      'pg_background.max_workers': String(Math.max(workers + 1, 16)),
    });
    await control.identify();
    return control;
  } catch (error) {
    await control.close();
    throw error;
  }
}

/** Opens the session for everything but launching and polling. */
export async function openObserver(settings: ConnectionSettings, runId: string): Promise<Session> {
  const name = sessionApplicationName(runId, 'observer');
  const observer = await Session.open(settings, name, OBSERVER_ANSWERS_WITHIN_MS);
  try {
    await setForSession(observer, {
      ...OWN_SESSION,
      statement_timeout: OBSERVER_STATEMENT_TIMEOUT,
      lock_timeout: OBSERVER_LOCK_TIMEOUT,
      ...NOTICES_GONE,
    });
    await commitDurably(observer);
    await observer.identify();
    // After a failover it may be another server's ledger.
    await requireTrusted(observer);
    return observer;
  } catch (error) {
    await observer.close();
    throw error;
  }
}

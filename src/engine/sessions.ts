import { requireTrusted } from '../ledger/trust.js';
import { sessionApplicationName } from '../model/identity.js';
import type { Settings } from '../model/runbook.js';
import {
  NO_TIMEOUTS,
  OWN_SESSION,
  PLANNED_ONCE,
  SUPERVISOR_SETTINGS,
  WORKABLE,
} from '../model/settings.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { readDefaults } from '../postgres/session-settings.js';
import { Session } from '../postgres/session.js';

/** It has the run's claim: a query of its must not go on for long when this host is gone. */
const NOTICES_GONE = { client_connection_check_interval: '5s' };

/** A query that meets a lock gives up instead of waiting behind it. */
const LOCK_TIMEOUT = '5s';
const STATEMENT_TIMEOUT = '60s';

/** Longer than any call of the session may take; then the network or the server has gone silent. */
const ANSWERS_WITHIN_MS = 75_000;

/** Opens the session of a run, which owns the handles of its workers, and does all else. */
export async function openSession(settings: ConnectionSettings, runId: string): Promise<Session> {
  const name = sessionApplicationName(runId, 'control');
  const session = await Session.open(settings, name, ANSWERS_WITHIN_MS, {
    ...OWN_SESSION,
    statement_timeout: STATEMENT_TIMEOUT,
    lock_timeout: LOCK_TIMEOUT,
    ...NOTICES_GONE,
    client_min_messages: 'notice',
    ...PLANNED_ONCE,
  });
  try {
    // After a failover it may be another server's ledger.
    await requireTrusted(session);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Of pg_background.max_workers. */
const MOST_BY_DEFAULT = 16;

/**
 * What workers get of this role's and database's settings, instead of those of our own session; the plan's come on top.
 * @param workers that may live at once, for which the session is made ready.
 */
export async function readWorkerDefaults(session: Session, workers: number): Promise<Settings> {
  const ours = { ...OWN_SESSION, ...SUPERVISOR_SETTINGS, ...PLANNED_ONCE };
  const defaults = await readDefaults(
    session,
    Object.keys(ours),
    Math.max(workers + 1, MOST_BY_DEFAULT),
  );
  const known = Object.entries({ ...NO_TIMEOUTS, ...WORKABLE }).filter(
    ([name]) => name in defaults,
  );
  return { ...defaults, ...Object.fromEntries(known), 'pg_background.worker_timeout': '0' };
}

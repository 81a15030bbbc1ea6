import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { Session } from '../../../src/index.js';
import { canonicalDialect } from '../../../src/postgres/background/canonical.js';
import { BackgroundClient } from '../../../src/postgres/background/client.js';
import type { BackgroundDialect } from '../../../src/postgres/background/dialect.js';
import { BACKEND_START } from '../../../src/postgres/signal.js';
import { suffixedDialect } from '../../../src/postgres/background/suffixed.js';
import type {
  LaunchCommand,
  Outcome,
  WorkerState,
} from '../../../src/postgres/background/worker.js';
import type { Handle, WorkerIdentity } from '../../../src/model/identity.js';
import type { TestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { connectionTo } from './run-yaml.js';

/** 2.x; its own `_v2` names; and these masked, as 1.8 has them (the list's label column stays: it is this server's). */
export const DIALECTS: readonly (readonly [string, BackgroundDialect])[] = [
  ['2.x', canonicalDialect(EXTENSION_SCHEMA)],
  ['1.10', suffixedDialect(EXTENSION_SCHEMA, { label: true, listsLabel: true, infos: true })],
  ['1.8', suffixedDialect(EXTENSION_SCHEMA, { label: false, listsLabel: true, infos: false })],
];

/** The oldest dialect, in which only reading the queue tells how a worker ended. */
export const OLDEST_DIALECT = suffixedDialect(EXTENSION_SCHEMA, {
  label: false,
  listsLabel: true,
  infos: false,
});

export interface Background {
  readonly client: BackgroundClient;
  readonly session: Session;
}

/** A client with a control session of its own, closed at the end of the test. */
export async function openBackground(
  db: TestDatabase,
  dialect: BackgroundDialect = canonicalDialect(EXTENSION_SCHEMA),
): Promise<Background> {
  const session = await Session.open(connectionTo(db), 'pg-runbook:test:control', 60_000);
  onTestFinished(() => session.close());
  // Workers inherit it; the engine names the role's own in each launch.
  await session.query(
    `SELECT set_config('search_path', s.reset_val, false) FROM pg_settings s WHERE s.name = 'search_path'`,
  );
  return { client: new BackgroundClient(dialect, session), session };
}

/** Cancels a worker by its identity, as the ledger's functions do. */
export async function cancelWorker(session: Session, worker: WorkerIdentity): Promise<boolean> {
  const [row] = await session.query<{ sent: boolean }>(
    'SELECT runbook.cancel_worker($1, $2::timestamptz, $3) AS sent',
    [worker.pid, worker.backendStart, worker.applicationName],
  );
  return row?.sent === true;
}

/** The workers with an application_name. */
export async function findWorkers(session: Session, name: string): Promise<WorkerIdentity[]> {
  return session.query<WorkerIdentity & Record<string, unknown>>(
    `SELECT a.pid, ${BACKEND_START} AS "backendStart", a.application_name AS "applicationName"
       FROM pg_stat_activity a WHERE a.backend_type = 'pg_background' AND a.application_name = $1`,
    [name],
  );
}

export function command(sql: string, more: Partial<LaunchCommand> = {}): LaunchCommand {
  return {
    sql,
    queueSize: 65_536,
    applicationName: 'pg-runbook/test/step/1',
    settings: {},
    ...more,
  };
}

/** Polls until `look` answers something; fails after a generous time. */
export async function until<T>(
  look: () => Promise<T | undefined>,
  what: string,
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) expect.fail(`not within ${String(withinMs)} ms: ${what}`);
    await sleep(15);
  }
}

export async function stateOf(
  client: BackgroundClient,
  handle: Handle,
): Promise<WorkerState | undefined> {
  return (await client.poll()).find((state) => state.handle.cookie === handle.cookie);
}

/** The worker's identity, once its process shows. */
export async function identityOf(
  client: BackgroundClient,
  handle: Handle,
): Promise<WorkerIdentity> {
  return until(async () => (await stateOf(client, handle))?.identity, 'the worker shows');
}

/** The identity of a worker that is at work in its SQL already, and not still starting. */
export async function workingIdentity(
  db: TestDatabase,
  client: BackgroundClient,
  handle: Handle,
): Promise<WorkerIdentity> {
  await until(async () => {
    const [row] = await db.rows(
      "select from pg_stat_activity where pid = $1 and state = 'active' and wait_event is not null",
      [handle.pid],
    );
    return row;
  }, 'the worker is at work');
  return identityOf(client, handle);
}

/** Waits for a worker's end as the engine does, and answers what is known of it then. */
export async function outcomeOf(client: BackgroundClient, handle: Handle): Promise<Outcome> {
  const ended = await until(async () => {
    const state = await stateOf(client, handle);
    return state?.ended === true ? state : undefined;
  }, 'the worker ends');
  if (ended.outcome === undefined) return client.readResult(handle);
  await client.detach(handle);
  return ended.outcome;
}

/** Live workers of the database, by PID. */
export async function workersIn(db: TestDatabase): Promise<number[]> {
  const rows = await db.rows<{ pid: number }>(
    `select pid from pg_stat_activity
      where backend_type = 'pg_background' and datname = current_database()`,
  );
  return rows.map((row) => row.pid);
}

export async function noWorkersIn(db: TestDatabase): Promise<void> {
  await until(
    async () => ((await workersIn(db)).length === 0 ? true : undefined),
    'no worker lives',
  );
}

import { randomBytes } from 'node:crypto';
import { RunbookError } from '../errors.js';
import { migrateLedger } from '../ledger/migrate.js';
import type { EngineOrigin } from '../ledger/store.js';
import { sessionApplicationName } from '../model/identity.js';
import { chooseDialect } from '../postgres/background/detect.js';
import { readCapacity, type Capacity } from '../postgres/capacity.js';
import { withSession } from '../postgres/command-session.js';
import { resolveConnection, type ConnectionSettings } from '../postgres/connection-settings.js';
import { readServerInfo, requireUsableServer, type ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import { describeCapabilities } from './capabilities.js';
import { CASES } from './cases/all.js';
import type { CaseResult } from './contract.js';
import type { LeftBehind, SelftestDocument } from './document.js';
import { connectionTo } from './reach.js';
import { runCases } from './run-cases.js';
import { SET_UP } from './marks.js';
import {
  createExtension,
  createScratch,
  dropCommand,
  dropScratch,
  requireMakeable,
} from './scratch-database.js';

export interface SelftestOptions {
  readonly dsn: string | undefined;
  /** libpq's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A database marked as a template that the scratch database is copied from. */
  readonly template: string | undefined;
  readonly origin: EngineOrigin;
  /** Aborted: no more cases are run, and the database is dropped. */
  readonly stop: AbortSignal;
  /** Told before the database is made. */
  readonly onDatabase: (name: string) => void;
  readonly onResult: (result: CaseResult) => void;
  readonly onLeftBehind: (leftBehind: LeftBehind) => void;
}

/** A supervisor and its worker, or two workers; and one that stays free for others. */
const SLOTS_NEEDED = 3;

const NAME = sessionApplicationName(undefined, 'selftest');

/**
 * Runs all cases on a server, in a database that is made for it and dropped in any case.
 * @throws RunbookError of the class `refused` when there is something in the way; then nothing is left.
 */
export async function runSelftest(options: SelftestOptions): Promise<SelftestDocument> {
  const startedAt = Date.now();
  const home = resolveConnection(options.dsn, options.env);
  const database = `pg_runbook_selftest_${randomBytes(6).toString('hex')}`;
  const before = await withSession(home, NAME, (session) => preflight(session, options));
  const { maxWorkerProcesses, used } = before.capacity;
  options.onDatabase(database);
  let leftBehind: LeftBehind | null = null;
  let found: Findings;
  try {
    await withSession(home, NAME, (session) => createScratch(session, database, options.template));
    found = await testIn(database, before.server, options);
  } finally {
    leftBehind = await drop(home, database);
    if (leftBehind !== null) options.onLeftBehind(leftBehind);
  }
  const { server, dialect, cases } = found;
  return {
    selftest_version: 1,
    status: statusOf(cases, leftBehind, options.stop),
    started_at: new Date(startedAt).toISOString(),
    duration_ms: Date.now() - startedAt,
    server: {
      version: server.version,
      role: server.role,
      max_worker_processes: maxWorkerProcesses,
      free_worker_slots: maxWorkerProcesses - used,
      pg_background: { version: server.extension?.version ?? null, dialect },
    },
    cases,
    capabilities: describeCapabilities(server),
    left_behind: leftBehind,
  };
}

interface Before {
  readonly server: ServerInfo;
  readonly capacity: Capacity;
}

/** Refuses what cannot work, before anything is made. */
async function preflight(session: Session, { template }: SelftestOptions): Promise<Before> {
  const server = await readServerInfo(session);
  requireUsableServer(server);
  await requireMakeable(session, server, template);
  const capacity = await readCapacity(session);
  requireSlots(capacity);
  return { server, capacity };
}

/** @throws RunbookError `budget_impossible` when too few worker slots are free. */
export function requireSlots({ maxWorkerProcesses, used }: Capacity): void {
  const free = maxWorkerProcesses - used;
  if (free >= SLOTS_NEEDED) return;
  throw new RunbookError(
    'budget_impossible',
    `${String(free)} of ${String(maxWorkerProcesses)} worker slots are free; the selftest takes two at a time and leaves one to others`,
    { hint: 'Try again when less is running, or raise max_worker_processes, with a restart.' },
  );
}

interface Findings {
  /** As seen in the scratch database. */
  readonly server: ServerInfo;
  readonly dialect: string;
  readonly cases: readonly CaseResult[];
}

/** Prepares the scratch database, and runs the cases in it. */
async function testIn(
  database: string,
  home: ServerInfo,
  { dsn, env, origin, stop, onResult }: SelftestOptions,
): Promise<Findings> {
  const reach = { dsn, env: { ...env }, database };
  return withSession(connectionTo(reach), NAME, async (db) => {
    await createExtension(db, home, home.extension?.version);
    const server = await readServerInfo(db);
    // Refuses a role that may not use the extension.
    const dialect = chooseDialect(server);
    await migrateLedger(db);
    await db.script(SET_UP);
    const cases = await runCases(CASES, { db, server, reach, origin }, stop, onResult);
    return { server, dialect: dialect.name, cases };
  });
}

/** Drops the scratch database, over a new connection: those of before may be lost. */
async function drop(home: ConnectionSettings, database: string): Promise<LeftBehind | null> {
  const reason = await withSession(home, NAME, (session) => dropScratch(session, database)).catch(
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return reason === undefined ? null : { database, reason, command: dropCommand(database) };
}

function statusOf(
  cases: readonly CaseResult[],
  leftBehind: LeftBehind | null,
  stop: AbortSignal,
): SelftestDocument['status'] {
  if (stop.aborted) return 'interrupted';
  const isGood = leftBehind === null && cases.every(({ status }) => status === 'ok');
  return isGood ? 'ok' : 'failed';
}

import { migrateLedger } from '../ledger/migrate.js';
import { sessionApplicationName } from '../model/identity.js';
import { resolveConnection, type ConnectionSettings } from '../postgres/connection-settings.js';
import { readServerInfo, type ServerInfo } from '../postgres/server.js';
import {
  applySettings,
  commitDurably,
  NO_TIMEOUTS,
  PLAIN_TRANSACTIONS,
} from '../postgres/session-settings.js';
import { Session } from '../postgres/session.js';
import type { CommandContext } from './command-line.js';

/** A session for one command, with what it is connected to. */
export interface Connected {
  readonly session: Session;
  readonly server: ServerInfo;
  readonly settings: ConnectionSettings;
}

/** A little longer than the statement_timeout of its queries. */
const ANSWERS_WITHIN_MS = 315_000;

/** Opens a session for the time of `work`. A query that meets a lock gives up soon. */
export async function withServer<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  const settings = resolveConnection(dsn, context.env);
  const name = sessionApplicationName(undefined, command);
  const session = await Session.open(settings, name, ANSWERS_WITHIN_MS);
  try {
    await applySettings(session, {
      ...NO_TIMEOUTS,
      ...PLAIN_TRANSACTIONS,
      lock_timeout: '5s',
      statement_timeout: '5min',
    });
    await commitDurably(session);
    return await work({ session, settings, server: await readServerInfo(session) });
  } finally {
    await session.close();
  }
}

/** {@link withServer} for commands that read the ledger, which is brought up to date first. */
export async function withLedger<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  return withServer(context, dsn, command, async (connected) => {
    await migrateLedger(connected.session);
    return work(connected);
  });
}

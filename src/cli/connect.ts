import { migrateLedger } from '../ledger/migrate.js';
import { sessionApplicationName } from '../model/identity.js';
import { withSession } from '../postgres/command-session.js';
import { resolveConnection, type ConnectionSettings } from '../postgres/connection-settings.js';
import { readServerInfo, type ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import type { CommandContext } from './command-line.js';

/** A session for one command, with what it is connected to. */
export interface Connected {
  readonly session: Session;
  readonly server: ServerInfo;
  readonly settings: ConnectionSettings;
}

/** Opens a session for the time of `work`. */
export async function withServer<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  const settings = resolveConnection(dsn, context.env);
  return withSession(settings, sessionApplicationName(undefined, command), async (session) =>
    work({ session, settings, server: await readServerInfo(session) }),
  );
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

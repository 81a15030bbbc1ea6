import { requireLedger } from '../ledger/migrate.js';
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

/** {@link withServer} for commands that use the ledger that is there: only `init` and `run` make or upgrade it. */
export async function withLedger<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  return withServer(context, dsn, command, async (connected) => {
    await requireLedger(connected.session);
    return work(connected);
  });
}

import { sessionApplicationName } from '../model/identity.js';
import { resolveConnection, type ConnectionSettings } from '../postgres/connection-settings.js';
import { readServerInfo, type ServerInfo } from '../postgres/server.js';
import { SAFE_SEARCH_PATH, Session } from '../postgres/session.js';
import type { CommandContext } from './program.js';

/** A session for one command, with what it is connected to. */
export interface Connected {
  readonly session: Session;
  readonly server: ServerInfo;
  readonly settings: ConnectionSettings;
}

/** Opens a session for the time of `work`. A query that meets a lock gives up soon. */
export async function withServer<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  const settings = resolveConnection(dsn, context.env);
  const session = await Session.open(settings, sessionApplicationName(undefined, command));
  try {
    await session.script(`SET search_path = ${SAFE_SEARCH_PATH}; SET DateStyle = ISO;
SET lock_timeout = '5s'; SET statement_timeout = '5min'; SET jit = off`);
    return await work({ session, settings, server: await readServerInfo(session) });
  } finally {
    await session.close();
  }
}

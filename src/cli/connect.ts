import { requireLedger } from '../ledger/migrate.js';
import { openView, type LedgerView } from '../ledger/view.js';
import { sessionApplicationName } from '../model/identity.js';
import { withSession } from '../postgres/command-session.js';
import { resolveConnection, type ConnectionSettings } from '../postgres/connection-settings.js';
import { readServerInfo, requirePrimary, type ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import { message } from '../model/printable.js';
import type { CommandContext } from './command-line.js';
import type { Output } from './io.js';

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

/** {@link withServer} for commands that change the ledger that is there: only `init` and `run` make or upgrade it. */
export async function withLedger<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  return withServer(context, dsn, command, async (connected) => {
    requirePrimary(connected.server);
    await requireLedger(connected.session);
    return work(connected);
  });
}

/** A session of a command that reads the ledger, and how it may read it. */
export interface Looking extends Connected {
  readonly view: LedgerView;
}

/** {@link withServer} for commands that look at the ledger, on a standby and for roles that may only read it too. */
export async function withView<T>(
  context: CommandContext,
  dsn: string | undefined,
  command: string,
  work: (looking: Looking) => Promise<T>,
): Promise<T> {
  return withServer(context, dsn, command, async (connected) =>
    work({ ...connected, view: await openView(connected.session, connected.server) }),
  );
}

/** Says of a list of runs that those that have not ended are shown as they were recorded. */
export function noteRecord(output: Output, { onlyLooks }: LedgerView): void {
  if (onlyLooks === undefined) return;
  output.note(
    `runs that have not ended are shown as recorded, which may be out of date: ${message(onlyLooks.because)}`,
  );
}

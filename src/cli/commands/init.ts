import { EXIT, type ExitCode } from '../../errors.js';
import { migrateLedger } from '../../ledger/migrate.js';
import { oneLine } from '../../model/printable.js';
import { requireUsableServer } from '../../postgres/server.js';
import { withServer } from '../connect.js';
import type { CommandContext } from '../command-line.js';

/** Makes the ledger, or brings it up to date. */
export async function init(
  context: CommandContext,
  options: { readonly dsn?: string | undefined },
): Promise<ExitCode> {
  return withServer(context, options.dsn, 'init', async ({ session, server }) => {
    requireUsableServer(server);
    const applied = await migrateLedger(session);
    const done =
      applied.length === 0
        ? 'is up to date'
        : `now has migration${applied.length === 1 ? '' : 's'} ${applied.join(', ')}`;
    context.output.write(
      `The ledger in database ${oneLine(server.database)} (schema runbook) ${done}.\n`,
    );
    return EXIT.ok;
  });
}

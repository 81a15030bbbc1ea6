import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { migrateLedger, type Migrated } from '../../ledger/migrate.js';
import { message, oneLine } from '../../model/printable.js';
import { requireUsableServer } from '../../postgres/server.js';
import type { Session } from '../../postgres/session.js';
import { withServer } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { readDuration } from '../duration-option.js';
import type { Output } from '../io.js';

interface Options {
  readonly dsn?: string | undefined;
  readonly wait?: string | undefined;
}

/** Makes the ledger, or brings it up to date. */
export async function init(context: CommandContext, options: Options): Promise<ExitCode> {
  const waitMs = options.wait === undefined ? 0 : readDuration('--wait', options.wait);
  return withServer(context, options.dsn, 'init', async ({ session, server }) => {
    requireUsableServer(server);
    const done = await migrateWithin(session, waitMs, context.output);
    context.output.write(
      `The ledger in database ${oneLine(server.database)} (schema runbook) ${describe(done)}.\n`,
    );
    return EXIT.ok;
  });
}

function describe({ tables, functions }: Migrated): string {
  if (tables.includes(1)) return 'was made';
  if (tables.length > 0) return 'was upgraded, tables and functions';
  return functions ? 'has the functions of this pg-runbook now' : 'is up to date';
}

const TRY_AGAIN_MS = 1_000;

/** Waits until nobody uses the ledger, where it has to be brought up to date. */
async function migrateWithin(session: Session, waitMs: number, output: Output): Promise<Migrated> {
  const until = performance.now() + waitMs;
  for (let told = false; ; told = true) {
    try {
      return await migrateLedger(session, { allFunctions: true });
    } catch (error) {
      const busy = error instanceof RunbookError && error.code === 'ledger_busy';
      if (!busy || performance.now() >= until) throw error;
      if (!told) output.note(`waiting: ${message(error.message)}`);
      await sleep(TRY_AGAIN_MS);
    }
  }
}

import { hostname } from 'node:os';
import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { findRunId, setPaused } from '../../ledger/read.js';
import { withLedger } from '../connect.js';
import type { CommandContext } from '../command-line.js';

/** Pauses a run, or lets it go on. */
export async function pause(
  context: CommandContext,
  run: string,
  options: { readonly dsn?: string | undefined },
  command: 'pause' | 'unpause',
): Promise<ExitCode> {
  const by = command === 'pause' ? hostname() : undefined;
  const id = await withLedger(context, options.dsn, command, async ({ session }) => {
    const found = await findRunId(session, run);
    if (await setPaused(session, found, by)) return found;
    throw new RunbookError('run_ended', `run ${found} has ended, or is ${command}d already`, {
      hint: `Look: pg-runbook status ${found}`,
    });
  });
  context.output.write(
    command === 'pause'
      ? `run ${id} paused: nothing more is launched, walks wait after the batch at hand\n` +
          `go on: pg-runbook unpause ${id}\n`
      : `run ${id} goes on\n`,
  );
  return EXIT.ok;
}

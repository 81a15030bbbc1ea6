import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { pruneRuns } from '../../ledger/read.js';
import { parseAge } from '../../model/duration.js';
import { count } from '../../model/phrases.js';
import { withLedger } from '../connect.js';
import type { CommandContext } from '../command-line.js';

/** Forgets old runs. */
export async function prune(
  context: CommandContext,
  options: { readonly dsn?: string | undefined; readonly keep: string },
): Promise<ExitCode> {
  const keepMs = parseKeep(options.keep);
  const pruned = await withLedger(context, options.dsn, 'prune', ({ session }) =>
    pruneRuns(session, undefined, keepMs),
  );
  context.output.write(`${count(pruned, 'run')} forgotten.\n`);
  return EXIT.ok;
}

function parseKeep(text: string): number {
  const ms = parseAge(text);
  if (ms !== undefined) return ms;
  throw new RunbookError('usage', `--keep: not a time: ${text}`, { hint: 'Like 90d, 12h or 1y.' });
}

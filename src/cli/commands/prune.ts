import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { pruneRuns } from '../../ledger/read.js';
import { parseDuration } from '../../model/duration.js';
import { count } from '../../model/phrases.js';
import { withLedger } from '../connect.js';
import type { CommandContext } from '../command-line.js';

const DAY_MS = 86_400_000;

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

/** Days, more of them than a timeout may have, or a duration. */
function parseKeep(text: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const ms = days === undefined ? parseDuration(text) : Number(days) * DAY_MS;
  if (ms !== undefined) return ms;
  throw new RunbookError('usage', `--keep: not a time: ${text}`, { hint: 'Like 90d or 12h.' });
}

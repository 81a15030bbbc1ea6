import { hostname } from 'node:os';
import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { pullBrake, releaseBrake } from '../../ledger/brake.js';
import { findRunId, setPaused } from '../../ledger/read.js';
import { parseAge } from '../../model/duration.js';
import type { Session } from '../../postgres/session.js';
import type { CommandContext } from '../command-line.js';
import { withLedger } from '../connect.js';

interface PauseOptions {
  readonly dsn?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  readonly cancel?: true | undefined;
}

/** Pauses a run, or without one all runs of the database. */
export async function pause(
  context: CommandContext,
  run: string | undefined,
  options: PauseOptions,
): Promise<ExitCode> {
  const { until, reason, cancel } = options;
  if (run === undefined) return pauseAll(context, options);
  if (until !== undefined || reason !== undefined || cancel !== undefined) {
    throw new RunbookError('usage', '--until, --reason and --cancel are for all runs: name none');
  }
  const id = await withLedger(context, options.dsn, 'pause', ({ session }) =>
    change(session, run, hostname()),
  );
  context.output.write(
    `run ${id} paused: nothing more is launched, walks wait after the batch at hand\n` +
      `go on: pg-runbook unpause ${id}\n`,
  );
  return EXIT.ok;
}

async function pauseAll(
  context: CommandContext,
  { dsn, until: end, reason, cancel }: PauseOptions,
): Promise<ExitCode> {
  if (reason === undefined) {
    throw new RunbookError('usage', 'without a run, all runs of the database are paused: say why', {
      hint: 'pg-runbook pause --reason "incident 4711" --until 2h',
    });
  }
  const until = end === undefined ? null : toMoment(end, Date.now());
  const cancels = cancel === true;
  await withLedger(context, dsn, 'pause', ({ session }) =>
    pullBrake(session, { by: hostname(), reason, until, cancels }),
  );
  context.output.write(
    `all runs of this database are paused${until === null ? '' : ` until ${until}`}: ` +
      (cancels
        ? 'what runs is stopped and goes on later'
        : 'what runs goes on to its next safe point') +
      '\ngo on: pg-runbook unpause\n',
  );
  return EXIT.ok;
}

/** A moment from a duration like `2h`, or as RFC 3339. */
function toMoment(text: string, now: number): string {
  const ms = parseAge(text);
  const at = ms === undefined ? momentOf(text) : now + ms;
  if (at !== undefined && at > now) return new Date(at).toISOString();
  throw new RunbookError('usage', `--until ${text}: neither a duration nor a moment to come`, {
    hint: 'Like 90m, or 2026-11-21T05:30:00Z with its time zone.',
  });
}

function momentOf(text: string): number | undefined {
  const zoned = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
  const at = Date.parse(text);
  return zoned.test(text) && !Number.isNaN(at) ? at : undefined;
}

/** Lets a paused run go on, or without one all runs of the database. */
export async function unpause(
  context: CommandContext,
  run: string | undefined,
  { dsn }: { readonly dsn?: string | undefined },
): Promise<ExitCode> {
  const text = await withLedger(context, dsn, 'unpause', async ({ session }) => {
    if (run !== undefined) return `run ${await change(session, run, undefined)} goes on\n`;
    if (await releaseBrake(session)) return 'all runs of this database go on\n';
    throw new RunbookError('run_ended', 'nobody has paused all runs of this database', {
      hint: 'A run that is paused alone is named: pg-runbook unpause RUN',
    });
  });
  context.output.write(text);
  return EXIT.ok;
}

async function change(session: Session, run: string, by: string | undefined): Promise<string> {
  const found = await findRunId(session, run);
  if (await setPaused(session, found, by)) return found;
  const done = by === undefined ? 'is not paused' : 'is paused already';
  throw new RunbookError('run_ended', `run ${found} has ended, or ${done}`, {
    hint: `Look: pg-runbook status ${found}`,
  });
}

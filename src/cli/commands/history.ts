import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import {
  missed,
  readExpectations,
  readPastRuns,
  type Expectation,
} from '../../ledger/past-runs.js';
import { describeDuration } from '../../model/duration.js';
import { oneLine } from '../../model/printable.js';
import { describeHistory } from '../../report/history.js';
import { noteRecord, withView } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { toJson } from '../../report/json.js';

const MOST_RUNS = 1000;

interface Options {
  readonly limit: string;
  readonly dsn?: string | undefined;
  readonly json?: true | undefined;
}

/** Shows runs over time: how long they took, what they freed, and which are missing. */
export async function history(
  context: CommandContext,
  runbook: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const limit = parseLimit(options.limit);
  const { runs, overdue } = await withView(
    context,
    options.dsn,
    'history',
    async ({ session, view }) => {
      noteRecord(context.output, view);
      return view.read(async () => ({
        runs: await readPastRuns(session, runbook, limit),
        overdue: missed(await readExpectations(session)).filter(
          (one) => runbook === undefined || one.runbook === runbook,
        ),
      }));
    },
  );
  const text = `${describeHistory(runs)}${overdue.map((one) => `${describeMissed(one)}\n`).join('')}`;
  const json = (): string => toJson({ runs, missed: overdue });
  context.output.write(options.json === true ? json() : text);
  return EXIT.ok;
}

/** How long a runbook has not succeeded that should have. */
export function describeMissed(one: Expectation): string {
  const { runbook, since_ms: since, expect_every_ms: every, last_status: last } = one;
  const never = one.last_success === null ? ', and never yet' : '';
  return oneLine(
    `${runbook} has not succeeded for ${describeDuration(since)}${never}: one run is expected every ` +
      `${describeDuration(every)} (the last is ${last})`,
  );
}

function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_RUNS) return limit;
  throw new RunbookError('usage', `--limit: not a number from 1 to ${String(MOST_RUNS)}: ${text}`);
}

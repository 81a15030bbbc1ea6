import { EXIT, type ExitCode } from '../../errors.js';
import { toJson } from '../../report/json.js';
import { describeReport } from '../../report/text.js';
import { withView } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { readDuration } from '../duration-option.js';
import { follow } from '../follow.js';
import { requireMetricsFolder, writeMetrics } from '../metrics-file.js';
import { writeReport } from '../report-file.js';

interface Options {
  readonly dsn?: string | undefined;
  readonly timeout?: string | undefined;
  readonly report?: string | undefined;
  readonly mode?: number | undefined;
  readonly metrics?: string | undefined;
  readonly json?: true | undefined;
}

/** Blocks until nobody works on a run any more; exits as a waited run would have. */
export async function wait(
  context: CommandContext,
  run: string,
  options: Options,
): Promise<ExitCode> {
  const timeoutMs =
    options.timeout === undefined ? Infinity : readDuration('--timeout', options.timeout);
  await requireMetricsFolder(options.metrics);
  const { report, live, unsettled, left } = await withView(
    context,
    options.dsn,
    'wait',
    (looking) => {
      // From here on it tells how a run ends, and a server that is lost leaves that unknown.
      if (context.begun !== undefined) context.begun.yet = true;
      return follow(context.output, looking, run, { watcher: 'wait', timeoutMs });
    },
  );
  if (left !== undefined) return left;
  const { report: path, mode } = options;
  if (path !== undefined) await writeReport({ path, mode }, report);
  await writeMetrics(context.output, options.metrics, report);
  context.output.write(options.json === true ? toJson(report) : `${describeReport(report)}\n`);
  if (live) return EXIT.notNow;
  if (unsettled) return EXIT.outcomeUnknown;
  return (report.run.exit_code ?? EXIT.taskFailed) as ExitCode;
}

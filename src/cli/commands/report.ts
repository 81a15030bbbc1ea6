import { EXIT, type ExitCode } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import { lookAtRun } from '../../engine/stored-report.js';
import type { ReportV1 } from '../../generated/report.v1.js';
import { findRunId } from '../../ledger/read.js';
import { renderReportHtml } from '../../report/html/page.js';
import { toJson } from '../../report/json.js';
import { renderJunit } from '../../report/junit.js';
import { renderReportMarkdown } from '../../report/markdown.js';
import { describeReport } from '../../report/text.js';
import { withView } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { readReport, writeReportPieces } from '../report-file.js';

const FORMATS = {
  text: (report) => `${describeReport(report)}\n`,
  markdown: renderReportMarkdown,
  html: renderReportHtml,
  junit: renderJunit,
  json: toJson,
} as const satisfies Record<string, (report: ReportV1) => string>;

interface Options {
  readonly dsn?: string | undefined;
  readonly format: keyof typeof FORMATS;
  readonly out?: string | undefined;
  readonly mode?: number | undefined;
}

/** Shows the report of a run, from the ledger or from its file, in one of the formats. */
export async function report(
  context: CommandContext,
  source: string,
  options: Options,
): Promise<ExitCode> {
  const document = isFile(source)
    ? await readReport(source)
    : await readFromLedger(context, source, options.dsn);
  const text = FORMATS[options.format](document);
  if (options.out === undefined) await context.output.writeAll([text]);
  else await writeReportPieces({ path: options.out, mode: options.mode }, [text], '--out PATH');
  return EXIT.ok;
}

/** Ids of runs have neither a dot nor a slash, so that what is meant does not depend on what lies about. */
function isFile(source: string): boolean {
  return /[./\\]/.test(source);
}

async function readFromLedger(
  context: CommandContext,
  reference: string,
  dsn: string | undefined,
): Promise<ReportV1> {
  return withView(context, dsn, 'report', async ({ session, view }) => {
    const id = await view.read(() => findRunId(session, reference));
    return (await lookAtRun(session, id, systemClock, view)).report;
  });
}

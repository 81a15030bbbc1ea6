import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { summarize } from '../engine/summary.js';
import { messageOf, RunbookError } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { documentProblem } from '../plan/check-document.js';
import { jsonPieces } from '../report/json.js';
import { REPORT_MODE, writeAtomically, type OutputFile } from './atomic-file.js';
import { followOwnLinks } from './own-links.js';

/** A report of 100,000 tasks has some 150 MB. */
const MAX_REPORT_BYTES = 512 * 1024 * 1024;

/** Where a run's report goes when nobody says so: below the working directory. */
export function defaultReportPath(runbook: string, runId: string): string {
  return `pg-runbook-reports/${runbook}-${runId}.json`;
}

/**
 * Writes the report whole or not at all: a reader never sees half of one.
 * @throws RunbookError `report_not_written`.
 */
export async function writeReport(file: OutputFile, report: ReportV1): Promise<void> {
  await writeReportPieces(file, reportPieces(report), '--report PATH');
}

/** Counted once more when it is written: tasks go on until then. */
function* reportPieces(report: ReportV1): Generator<string> {
  yield* jsonPieces({ ...report, summary: summarize(report) });
}

/**
 * The same for a report in any format.
 * @param option what names the path, for the hint.
 * @throws RunbookError `report_not_written`.
 */
export async function writeReportPieces(
  { path, mode }: OutputFile,
  pieces: Iterable<string>,
  option: string,
): Promise<void> {
  try {
    await mkdir(dirname(await followOwnLinks(path)), { recursive: true });
    await writeAtomically(path, pieces, mode ?? REPORT_MODE);
  } catch (error) {
    const message = `cannot write the report ${path}: ${messageOf(error)}`;
    throw new RunbookError('report_not_written', message, {
      cause: error,
      hint: `Name a path that can be written: ${option}.`,
    });
  }
}

/**
 * Reads a report that a run has written, of any moment of the run.
 * @throws RunbookError `report_invalid` for what is none.
 */
export async function readReport(path: string): Promise<ReportV1> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(path));
  } catch (error) {
    throw invalid(
      error instanceof SyntaxError
        ? `${path} is no report: it is no JSON`
        : `cannot read the report ${path}: ${messageOf(error)}`,
      error,
    );
  }
  const problem = await documentProblem('report', value);
  if (problem !== undefined) throw invalid(`${path} is no report: ${problem}`);
  return value as ReportV1;
}

async function readText(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_REPORT_BYTES) throw new Error(`it has ${String(size)} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function invalid(message: string, cause?: unknown): RunbookError {
  return new RunbookError('report_invalid', message, {
    cause,
    hint: 'Name a file that run --report has written, or a run: its id, the beginning of one, or latest.',
  });
}

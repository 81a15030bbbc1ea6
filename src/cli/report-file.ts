import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { messageOf, RunbookError } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { toJson } from '../report/json.js';

/** Where a run's report goes when nobody says so: below the working directory. */
export function defaultReportPath(runbook: string, runId: string): string {
  return `pg-runbook-reports/${runbook}-${runId}.json`;
}

/**
 * Writes the report whole or not at all: a reader never sees half of one.
 * @throws RunbookError `report_not_written`.
 */
export async function writeReport(path: string, report: ReportV1): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, toJson(report));
  } catch (error) {
    const message = `cannot write the report ${path}: ${messageOf(error)}`;
    throw new RunbookError('report_not_written', message, {
      cause: error,
      hint: 'Name a path that can be written: --report PATH.',
    });
  }
}

import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, RunbookError } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { renderMetrics } from '../report/metrics.js';
import { METRICS_MODE, writeAtomically } from './atomic-file.js';
import { reportFailure } from './failure.js';
import type { Output } from './io.js';
import { followOwnLinks } from './own-links.js';

/**
 * Refuses a metrics file that could not be written, before hours of work rather than after them.
 * @throws RunbookError `metrics_not_written`.
 */
export async function requireMetricsFolder(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  try {
    await access(dirname(await followOwnLinks(path)), constants.W_OK);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/**
 * Writes what a run came to for Prometheus' node exporter, whole or not at all. When it fails, that is
 * told and no more: the run has ended, and its exit code says how.
 */
export async function writeMetrics(
  output: Output,
  path: string | undefined,
  report: ReportV1,
): Promise<void> {
  if (path === undefined) return;
  try {
    const before = await readBefore(path);
    await writeAtomically(path, [renderMetrics(report, before)], METRICS_MODE);
  } catch (error) {
    reportFailure(notWritten(path, error), output);
  }
}

/** The time of the last success stands in the file of before: only one that is not there has none. */
async function readBefore(path: string): Promise<string> {
  try {
    // Of a pipe or a device there may be no end.
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function notWritten(path: string, error: unknown): RunbookError {
  return new RunbookError(
    'metrics_not_written',
    `cannot write the metrics ${path}: ${messageOf(error)}`,
    { cause: error, hint: 'Name a path in a folder that can be written: --metrics PATH.' },
  );
}

import { EXIT, RunbookError, type ExitCode } from '../errors.js';
import type { Output } from './io.js';

/** Tells an error so that its reader can act, and returns the exit code of its class. */
export function reportFailure(error: unknown, output: Output): ExitCode {
  if (error instanceof RunbookError) {
    const sqlstate = error.sqlstate === undefined ? '' : ` (SQLSTATE ${error.sqlstate})`;
    output.note(
      `${output.paint('red', 'error')}: ${error.message}${sqlstate} [${error.code}]` +
        (error.hint === undefined ? '' : `\n  hint: ${error.hint}`),
    );
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.note(
    `${output.paint('red', 'error')}: pg-runbook itself failed; this is a defect, please report it\n${text}`,
  );
  return EXIT.taskFailed;
}

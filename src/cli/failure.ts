import { EXIT, RunbookError, type ExitCode } from '../errors.js';
import { message } from '../model/printable.js';
import { asRunbookError } from '../postgres/errors.js';
import { showIdentifiers } from '../sql/quote.js';
import type { Output } from './io.js';

/** Tells an error so that its reader can act, and returns the exit code of its class. */
export function reportFailure(error: unknown, output: Output): ExitCode {
  const known = asRunbookError(error);
  if (known instanceof RunbookError) {
    const sqlstate = known.sqlstate === undefined ? '' : ` (SQLSTATE ${known.sqlstate})`;
    output.note(
      `${output.paint('red', 'error')}: ${message(known.message)}${sqlstate} [${known.code}]` +
        (known.hint === undefined ? '' : `\n  hint: ${message(showIdentifiers(known.hint))}`),
    );
    return known.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.note(
    `${output.paint('red', 'error')}: pg-runbook itself failed; this is a defect, please report it\n${text.split('\n').map(message).join('\n')}`,
  );
  return EXIT.taskFailed;
}

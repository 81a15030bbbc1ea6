import { ERROR_TEXTS } from '../../error-texts.js';
import { ERROR_EXIT_CODES, EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { oneLine } from '../../model/printable.js';
import { wrapLine } from '../../model/wrap.js';
import { SQLSTATE_TEXTS } from '../../model/sqlstate-texts.js';
import { DIAGNOSTIC_TEXTS } from '../../runbook/diagnostic-texts.js';
import { RULES } from '../../runbook/lint/rules.js';
import { RULE_TEXTS } from '../../runbook/lint/texts/all.js';
import { suggestion } from '../../model/nearest.js';
import type { CommandContext } from '../command-line.js';

const TEXTS = {
  wait: `wait: I block for the result.

The run stays until every task of the step has ended, and its exit code tells how.
The engine looks at its workers in short queries, four times a second; it never
waits inside a statement, which would hang REINDEX CONCURRENTLY and hold back VACUUM.
The server itself ends a task at its timeout (statement_timeout), even when the
engine is gone. Ctrl-C cancels what is waited for.
`,
  detach: `detach: it runs on, and I look later.

The step is handed to a supervisor, a worker inside the server that launches the
step's tasks, holds their handles and records each outcome in the ledger. The run ends
without the result (status detached, exit 0). Nothing is stopped by that: every timeout
still holds. To detach is not to cancel: the work goes on.

  pg-runbook status RUN   how far it is, with the proven outcomes
  pg-runbook wait RUN     block until it has ended, with the exit code of a waited run
  pg-runbook cancel RUN   stop it, from any host
`,
  cancel: `cancel: I want it to stop.

1. The server's own statement_timeout comes first, for a task that takes too long.
2. pg_cancel_backend, after a check that the PID is still this very worker (its
   backend_start and application_name too): a PID alone may belong to somebody else.
3. After 5 s, pg_background's cancel with the worker's handle (pid, cookie): SIGTERM.
4. After 10 s more the task is recorded as unknown, with what it is blocked by.
Never SIGKILL, which restarts the whole cluster, and never another session than ours.
What a cancelled VACUUM or REINDEX had finished stays finished; a cancelled SQL
transaction is rolled back as a whole.
`,
} as const;

/** Prints what a word means here, or what a code at the end of a message stands for. */
export function explain(context: CommandContext, word: string): ExitCode {
  context.output.write(textOf(word.replace(/^\[(.*)\]$/, '$1')));
  return EXIT.ok;
}

function textOf(word: string): string {
  if (isKey(TEXTS, word)) return TEXTS[word];
  if (isKey(ERROR_TEXTS, word)) {
    const { happened, means, remedy } = ERROR_TEXTS[word];
    const exit = `exit ${String(ERROR_EXIT_CODES[word])}`;
    return paragraphs(`${word}: ${exit}`, happened, means, `What to do: ${remedy}`);
  }
  const state = Object.hasOwn(SQLSTATE_TEXTS, word) ? SQLSTATE_TEXTS[word] : undefined;
  if (state !== undefined) {
    const { happened, means, remedy } = state;
    return paragraphs(
      `${word}: an SQLSTATE of pg-runbook`,
      happened,
      means,
      `What to do: ${remedy}`,
    );
  }
  if (isKey(DIAGNOSTIC_TEXTS, word)) {
    const { means, remedy } = DIAGNOSTIC_TEXTS[word];
    return paragraphs(
      `${word}: a mistake in a runbook or an inventory`,
      means,
      `What to do: ${remedy}`,
    );
  }
  if (isKey(RULES, word)) {
    const { severity } = RULES[word];
    const { reason, fix } = RULE_TEXTS[word];
    return paragraphs(
      `${word}: a rule (${severity})`,
      inTerminal(reason),
      `What to do: ${inTerminal(fix)}`,
    );
  }
  const words = [TEXTS, ERROR_TEXTS, SQLSTATE_TEXTS, DIAGNOSTIC_TEXTS, RULES].flatMap((table) =>
    Object.keys(table),
  );
  throw new RunbookError('usage', `nothing is known of ${oneLine(word)}`, {
    ...suggestion(word, words),
  });
}

/** Names of Object.prototype are no words of ours. */
function isKey<T extends object>(table: T, word: string): word is keyof T & string {
  return Object.hasOwn(table, word);
}

/** A link of Markdown as a path from the package's folder. */
function inTerminal(text: string): string {
  return text.replaceAll(/\[([^\]]*)\]\(([^)]*)\)/g, '$1 (docs/$2)');
}

function paragraphs(...lines: string[]): string {
  return lines
    .flatMap((line) => wrapLine(line))
    .map((line) => `${line}\n`)
    .join('');
}

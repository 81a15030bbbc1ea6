import { ERROR_TEXTS } from '../../src/error-texts.js';
import { ERROR_EXIT_CODES, type ErrorCode } from '../../src/errors.js';
import { SQLSTATE_TEXTS } from '../../src/model/sqlstate-texts.js';
import { DIAGNOSTIC_TEXTS } from '../../src/runbook/diagnostic-texts.js';

function section(code: ErrorCode): string {
  const { happened, means, remedy } = ERROR_TEXTS[code];
  return `### ${code}

Exit ${String(ERROR_EXIT_CODES[code])}. ${happened} ${means}

**What to do**: ${remedy}
`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<');

const rows = Object.entries(DIAGNOSTIC_TEXTS).map(
  ([code, { means, remedy }]) => `| \`${code}\` | ${cell(means)} | ${cell(remedy)} |`,
);

/** docs/errors.md: a section or a row for each code that a message may end with. Pure. */
export function errorsPage(): string {
  return `<!-- Generated from src/ by \`npm run generate\`. Do not edit. -->

# Errors

The code in square brackets at the end of a message. \`pg-runbook explain CODE\` shows the same in the terminal.
What an exit code means to cron is in the [README](../README.md#exit-codes); what rules say of a runbook that is
allowed and unwise, in [rules](rules.md).

## Of commands

${Object.keys(ERROR_TEXTS)
  .sort()
  .map((code) => section(code as ErrorCode))
  .join('\n')}
## Of statements

SQLSTATEs that are no server's own.

${Object.entries(SQLSTATE_TEXTS)
  .map(
    ([state, { happened, means, remedy }]) =>
      `### ${state}\n\n${happened} ${means}\n\n**What to do**: ${remedy}\n`,
  )
  .join('\n')}
## Of runbooks

\`validate\` prints them with file, line and column, and the commands that take a runbook do, too: exit 2.

| code | it means | what to do |
| ---- | -------- | ---------- |
${rows.join('\n')}
`;
}

/**
 * Writes docs/errors.md from the tables in src; with --check it writes nothing and fails when the file
 * differs, so that no code is without its page.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { ERROR_TEXTS } from '../src/error-texts.js';
import { ERROR_EXIT_CODES, type ErrorCode } from '../src/errors.js';
import { DIAGNOSTIC_TEXTS } from '../src/runbook/diagnostic-texts.js';

const target = new URL('../docs/errors.md', import.meta.url);

function section(code: ErrorCode): string {
  const { happened, means, todo } = ERROR_TEXTS[code];
  return `### ${code}

Exit ${String(ERROR_EXIT_CODES[code])}. ${happened} ${means}

**What to do**: ${todo}
`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<');

const rows = Object.entries(DIAGNOSTIC_TEXTS).map(
  ([code, { means, todo }]) => `| \`${code}\` | ${cell(means)} | ${cell(todo)} |`,
);

const text = `<!-- Generated from src/ by \`npm run generate\`. Do not edit. -->

# Errors

The code in square brackets at the end of a message. \`pg-runbook explain CODE\` shows the same in the terminal.
What an exit code means to cron is in the [README](../README.md#exit-codes); what rules say of a runbook that is
allowed and unwise, in [rules](rules.md).

## Of commands

${Object.keys(ERROR_TEXTS)
  .sort()
  .map((code) => section(code as ErrorCode))
  .join('\n')}
## Of runbooks

\`validate\` prints them with file, line and column, and the commands that take a runbook do, too: exit 2.

| code | it means | what to do |
| ---- | -------- | ---------- |
${rows.join('\n')}
`;

const options = await resolveConfig(target);
const wanted = await format(text, { ...options, parser: 'markdown' });
const current = await readFile(target, 'utf8').catch(() => '');
if (current !== wanted) {
  if (process.argv.includes('--check')) {
    console.error('docs/errors.md is not what src/ generates: run `npm run generate`');
    process.exitCode = 1;
  } else await writeFile(target, wanted);
}

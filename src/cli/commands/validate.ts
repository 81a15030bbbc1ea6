import { EXIT, type ExitCode } from '../../errors.js';
import { forbids } from '../../runbook/lint/lint.js';
import { loadRunbookFile } from '../../runbook/load.js';
import { parseParameters, showDiagnostics } from '../load.js';
import type { CommandContext } from '../command-line.js';

interface Options {
  readonly parameter?: string[] | undefined;
  readonly json?: true | undefined;
}

/** Checks files and shows every problem of each. */
export async function validate(
  { output }: CommandContext,
  files: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const parameters = parseParameters(options.parameter);
  const results = [];
  for (const file of files) {
    const result = await loadRunbookFile(file, { parameters });
    const findings = result.ok ? result.lint.findings() : [];
    const shown = findings.filter(({ waived }) => waived === undefined);
    const diagnostics = result.ok ? [...result.warnings, ...shown] : result.diagnostics;
    const ok = result.ok && !findings.some(forbids);
    results.push({ file, ok, diagnostics });
    if (options.json === true) continue;
    showDiagnostics(output, diagnostics, result.source);
    if (ok) output.write(`${file}: ok\n`);
  }
  if (options.json === true) output.write(`${JSON.stringify({ files: results }, null, 2)}\n`);
  return results.every((result) => result.ok) ? EXIT.ok : EXIT.inputWrong;
}

import { EXIT, type ExitCode } from '../../errors.js';
import { loadRunbookFile } from '../../runbook/load.js';
import { parseParameters, showDiagnostics } from '../load.js';
import type { CommandContext } from '../program.js';

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
    const diagnostics = result.ok ? result.warnings : result.diagnostics;
    results.push({ file, ok: result.ok, diagnostics });
    if (options.json === true) continue;
    showDiagnostics(output, diagnostics, result.source);
    if (result.ok) output.write(`${file}: ok\n`);
  }
  if (options.json === true) output.write(`${JSON.stringify({ files: results }, null, 2)}\n`);
  return results.every((result) => result.ok) ? EXIT.ok : EXIT.inputWrong;
}

import { EXIT, type ExitCode } from '../../errors.js';
import { message } from '../../model/printable.js';
import { readDsn } from '../../postgres/dsn.js';
import type { Diagnostic } from '../../runbook/diagnostic.js';
import { RUNBOOK } from '../../runbook/file-format.js';
import { loadInventoryText, saysInventory } from '../../runbook/inventory/load.js';
import { forbids } from '../../runbook/lint/lint.js';
import { loadRunbookText, type LoadOptions } from '../../runbook/load.js';
import { readYamlText } from '../../runbook/read.js';
import { parseParameters, showDiagnostics } from '../load.js';
import type { CommandContext } from '../command-line.js';
import { toJson } from '../../report/json.js';

interface Options {
  readonly parameter?: string[] | undefined;
  readonly json?: true | undefined;
}

/** Checks runbooks and inventories, and shows every problem of each. */
export async function validate(
  { output }: CommandContext,
  files: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const parameters = parseParameters(options.parameter);
  const results = [];
  for (const file of files) {
    const { ok, diagnostics, source } = await check(file, { parameters });
    results.push({ file, ok, diagnostics });
    if (options.json === true) continue;
    await showDiagnostics(output, diagnostics, source);
    if (ok) output.write(`${message(file)}: ok\n`);
  }
  if (options.json === true) output.write(toJson({ files: results }));
  return results.every((result) => result.ok) ? EXIT.ok : EXIT.inputWrong;
}

interface Checked {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly source: string | undefined;
}

async function check(file: string, options: LoadOptions): Promise<Checked> {
  const read = await readYamlText(file, RUNBOOK);
  if (!read.ok) return { ok: false, diagnostics: read.diagnostics, source: read.text };
  if (saysInventory(read.text)) {
    const result = loadInventoryText(read.text, file, readDsn);
    const diagnostics = result.ok ? result.warnings : result.diagnostics;
    return { ok: result.ok, diagnostics, source: result.source };
  }
  const result = await loadRunbookText(read.text, file, options);
  if (!result.ok) return result;
  const findings = result.lint.findings();
  const shown = findings.filter(({ waived }) => waived === undefined);
  return {
    ok: !findings.some(forbids),
    diagnostics: [...result.warnings, ...shown],
    source: result.source,
  };
}

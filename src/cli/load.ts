import { RunbookError } from '../errors.js';
import type { Finding, PlanV1 } from '../generated/plan.v1.js';
import { count } from '../model/phrases.js';
import type { Runbook } from '../model/runbook.js';
import type { Diagnostic } from '../runbook/diagnostic.js';
import type { DiagnosticCode } from '../runbook/diagnostic-texts.js';
import { forbids, type Lint } from '../runbook/lint/lint.js';
import { loadRunbookFile } from '../runbook/load.js';
import type { Output } from './io.js';

/**
 * Splits `-p name=value` options.
 * @throws RunbookError `usage` for one without an equals sign.
 */
export function parseParameters(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new RunbookError('usage', `-p ${pair}: not of the form name=value`);
    }),
  );
}

/** One slip of an editor may be in thousands of lines; nobody reads more, and cron would mail it. */
const MOST_SHOWN = 200;

/** Shows problems with their frames, in colour on a terminal. */
export async function showDiagnostics(
  output: Output,
  diagnostics: readonly Diagnostic[],
  source: string | undefined,
): Promise<void> {
  if (diagnostics.length === 0) return;
  // What it needs to know of Unicode takes longer to load than most files to check.
  const { renderDiagnostic } = await import('../runbook/render-diagnostic.js');
  const style = {
    error: 'red',
    warning: 'yellow',
    info: 'dim',
    location: 'bold',
    caret: 'red',
  } as const;
  for (const diagnostic of diagnostics.slice(0, MOST_SHOWN)) {
    output.note(
      renderDiagnostic(diagnostic, source, {
        style: (part, text) =>
          part in style ? output.paint(style[part as keyof typeof style], text) : text,
      }),
    );
  }
  const more = diagnostics.length - MOST_SHOWN;
  if (more > 0) output.note(`and ${count(more, 'problem')} more`);
}

/** A runbook to be planned or run, with the advice on it. */
export interface LoadedRunbook {
  readonly runbook: Runbook;
  readonly lint: Lint;
  /** The file's text. */
  readonly source: string;
}

/**
 * Loads a runbook that is to be planned or run.
 * @param requireParameters false: parameters may lack a value, for an outline.
 * @throws RunbookError `invalid_runbook`, after all problems were shown.
 */
export async function loadForServer(
  output: Output,
  file: string,
  pairs: readonly string[] | undefined,
  requireParameters = true,
): Promise<LoadedRunbook> {
  const parameters = parseParameters(pairs);
  const result = await loadRunbookFile(file, { parameters, requireParameters });
  if (result.ok) {
    await showDiagnostics(output, result.warnings, result.source);
    return result;
  }
  await showDiagnostics(output, result.diagnostics, result.source);
  throw invalidRunbook(
    file,
    result.diagnostics.filter(({ severity }) => severity === 'error').length,
  );
}

/**
 * Refuses to run what its own text makes unwise beyond doubt.
 * @throws RunbookError `invalid_runbook`, after the findings were shown.
 */
export async function refuseForbidden(
  output: Output,
  file: string,
  { lint, source }: LoadedRunbook,
): Promise<void> {
  const forbidden = lint.findings().filter(forbids);
  if (forbidden.length === 0) return;
  await showDiagnostics(output, forbidden, source);
  throw invalidRunbook(file, forbidden.length);
}

/**
 * Refuses to run what the server refuses to plan.
 * @param source the runbook's text.
 * @throws RunbookError `invalid_runbook`, after the findings were shown.
 */
export async function refuseForbiddenPlan(
  output: Output,
  { findings, runbook }: Pick<PlanV1, 'findings' | 'runbook'>,
  source: string,
): Promise<void> {
  const forbidden = findings.filter(forbidsRun);
  if (forbidden.length === 0) return;
  const shown = forbidden.map((finding) => asDiagnostic(finding, runbook.path));
  await showDiagnostics(output, shown, source);
  throw invalidRunbook(runbook.path, forbidden.length);
}

/** True for a finding of a plan that keeps it from being run. */
export function forbidsRun({ severity, waived }: Finding): boolean {
  return severity === 'error' && waived === null;
}

function asDiagnostic({ code, severity, message, hint, ...at }: Finding, file: string): Diagnostic {
  const { line, column } = { line: at.line ?? 1, column: at.column ?? 1 };
  const place = { file, line, column, endLine: line, endColumn: column + 1 };
  return { code: code as DiagnosticCode, severity, message, hint, ...place };
}

export function invalidRunbook(file: string, errors: number): RunbookError {
  return new RunbookError('invalid_runbook', `${file}: ${count(errors, 'error')}`);
}

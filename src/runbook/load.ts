import type { RunbookV1 } from '../generated/runbook.v1.js';
import type { Runbook } from '../model/runbook.js';
import { toRunbook } from './canonical/runbook.js';
import { limitProblems, sortDiagnostics, type Diagnostic, type Problem } from './diagnostic.js';
import { digestOf } from './digest.js';
import { RUNBOOK } from './file-format.js';
import { resolveParameters, type ParameterOptions, type ResolvedParameters } from './parameters.js';
import { makeLint, type Lint } from './lint/lint.js';
import { parseYaml } from './parse.js';
import { locate } from './positions.js';
import { readYamlText } from './read.js';
import { checkReferences } from './references.js';
import { explainSchemaErrors } from './schema-messages.js';
import { validateAgainstSchema } from './schema.js';
import type { Source } from './source.js';
import { substituteParameters } from './substitute.js';
import { MAX_FILE_BYTES, refuseText, sizeProblem } from './text.js';

export type LoadOptions = ParameterOptions;

/** A runbook, or all that is wrong with it. `source` is the text, for drawing frames around its lines. */
export type LoadResult =
  | {
      readonly ok: true;
      readonly runbook: Runbook;
      readonly warnings: readonly Diagnostic[];
      readonly source: string;
      /** What is allowed and unwise in it. */
      readonly lint: Lint;
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly source: string | undefined;
    };

function failed(diagnostics: readonly Diagnostic[], source: string | undefined): LoadResult {
  return { ok: false, diagnostics: sortDiagnostics(diagnostics), source };
}

/** The schema cannot judge a value that a parameter will give later. */
function schemaProblems(content: unknown, open: ReadonlySet<string>): readonly Problem[] {
  const errors = validateAgainstSchema(content, RUNBOOK).filter(
    (error) => !open.has(error.instancePath),
  );
  return explainSchemaErrors(errors, RUNBOOK);
}

async function findProblems(
  content: unknown,
  parameters: ResolvedParameters,
): Promise<readonly Problem[]> {
  const { names, values } = parameters;
  const substituted = substituteParameters(content, names, values);
  return [
    ...parameters.problems,
    ...substituted.problems,
    ...schemaProblems(substituted.content, substituted.open),
    ...(await checkReferences(substituted.content, names)),
  ];
}

async function build(
  source: Source,
  content: unknown,
  { names, values, standIns }: ResolvedParameters,
): Promise<{ runbook: Runbook; lint: Lint }> {
  const { content: complete } = substituteParameters(content, names, standIns);
  const runbook = await toRunbook(complete as RunbookV1, {
    path: source.path,
    digest: digestOf(content),
    values,
    sqlValues: standIns,
  });
  return { runbook, lint: await makeLint(source, complete, standIns) };
}

/**
 * Makes a runbook of YAML text. Everything that is wrong is found in one pass and comes back as
 * diagnostics; nothing is thrown for a bad text. Unless `requireParameters` is set, parameters may
 * lack a value: the runbook is then good for validation only.
 * @param path the name of the file in diagnostics
 */
export async function loadRunbookText(
  text: string,
  path: string,
  options: LoadOptions = {},
): Promise<LoadResult> {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    return failed([sizeProblem(path, RUNBOOK)], undefined);
  }
  const refused = refuseText({ text, valid: true }, path, RUNBOOK);
  if (refused !== undefined) return failed([refused], text);
  const parsed = parseYaml(text, path, RUNBOOK);
  if (!parsed.ok) return failed(parsed.diagnostics, text);
  const { source, content } = parsed;
  const parameters = resolveParameters(content, options);
  const problems = await findProblems(content, parameters);
  const diagnostics = sortDiagnostics(
    limitProblems(problems).map((problem) => locate(source, problem)),
  );
  if (diagnostics.some(({ severity }) => severity === 'error')) return failed(diagnostics, text);
  const built = await build(source, content, parameters);
  return { ok: true, ...built, warnings: diagnostics, source: text };
}

/** {@link loadRunbookText} of a file. A file that cannot be read is a diagnostic as well. */
export async function loadRunbookFile(
  path: string,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const read = await readYamlText(path, RUNBOOK);
  return read.ok ? loadRunbookText(read.text, path, options) : failed(read.diagnostics, read.text);
}

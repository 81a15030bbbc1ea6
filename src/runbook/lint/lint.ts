import type { Parameters } from '../../model/runbook.js';
import { authoredOffset } from '../authored-offset.js';
import { sortDiagnostics, type Diagnostic, type Path } from '../diagnostic.js';
import { locate } from '../positions.js';
import type { Source } from '../source.js';
import { DECLARATION_CHECKS } from './declaration.js';
import { toLintInput, type LintInput, type LintProblem } from './input.js';
import { RULES } from './rules.js';
import { lintStatement } from './statements.js';
import { lintWaivers, listWaivers, waiverFor, type Waiver } from './waivers.js';
import { lintWalks } from './walks.js';

/** What a rule found, and where. */
export interface Finding extends Diagnostic {
  readonly hint: string;
  /** Why it is so on purpose, as the file says. */
  readonly waived: string | undefined;
}

/** The advice on a runbook. */
export interface Lint {
  /**
   * @param fromCatalog what a plan has found; without it, rules that need a server are not judged.
   */
  findings(fromCatalog?: readonly LintProblem[]): readonly Finding[];
  /** The index in an SQL text of the file, of one in the text that the server is sent. */
  textOffset(path: Path, offset: number): Promise<number | undefined>;
}

/**
 * Looks for what is allowed and unwise in a runbook without mistakes.
 * @param values of the parameters, as they are put into SQL.
 */
export async function makeLint(
  source: Source,
  content: unknown,
  values: Parameters,
): Promise<Lint> {
  const input = await toLintInput(content);
  const declared = [
    ...DECLARATION_CHECKS.flatMap((check) => check(input)),
    ...(await lintWalks(input)),
    ...lintSql(input),
  ];
  const waivers = listWaivers(content);
  return {
    findings: (fromCatalog) =>
      judge(source, [...declared, ...(fromCatalog ?? [])], waivers, fromCatalog !== undefined),
    textOffset: (path, offset) => authoredOffset(content, path, values, offset),
  };
}

function lintSql({ steps }: LintInput): LintProblem[] {
  return steps.flatMap((step) =>
    step.statements.flatMap((statement) =>
      lintStatement(statement, step).map((found) => ({
        ...found,
        path: [...step.path, 'sql'],
        textOffset: statement.offset,
      })),
    ),
  );
}

function judge(
  source: Source,
  problems: readonly LintProblem[],
  waivers: readonly Waiver[],
  withCatalog: boolean,
): readonly Finding[] {
  const used = new Set<Waiver>();
  const found = problems.map((problem) => {
    const waiver = waiverFor(problem, waivers);
    if (waiver !== undefined) used.add(waiver);
    return toFinding(source, problem, waiver?.because);
  });
  const ofWaivers = lintWaivers(waivers, used, withCatalog ? 'catalog' : 'declaration');
  const all = [...found, ...ofWaivers.map((problem) => toFinding(source, problem, undefined))];
  return sortDiagnostics(all);
}

function toFinding(source: Source, problem: LintProblem, waived: string | undefined): Finding {
  const { severity } = RULES[problem.code];
  return { ...locate(source, problem), severity, hint: problem.hint, waived };
}

/** True for a finding that keeps the runbook from being run. */
export function forbids({ severity, waived }: Finding): boolean {
  return severity === 'error' && waived === undefined;
}

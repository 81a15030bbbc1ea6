import { blankSqlParameters, listSqlParameters } from '../../sql/parameters.js';
import { parseSql, type SqlStatement } from '../../sql/parser.js';
import { contentAt, rawSteps, textAt, type Content, type RawStep } from '../content.js';
import type { Path, Problem } from '../diagnostic.js';
import type { RuleId } from './rules.js';

/** A step, and the statements of its SQL. */
export interface LintStep extends RawStep {
  readonly statements: readonly SqlStatement[];
}

/** A runbook that all checks have passed. */
export interface LintInput {
  readonly content: unknown;
  readonly defaults: Content;
  readonly steps: readonly LintStep[];
}

/** What a rule finds, before its place in the text is known and waivers are looked at. */
export interface LintProblem extends Omit<Problem, 'code' | 'severity'> {
  readonly code: RuleId;
  readonly hint: string;
}

/** Finds what one rule, or some that belong together, are about. */
export type Check = (input: LintInput) => readonly LintProblem[];

export async function toLintInput(content: unknown): Promise<LintInput> {
  const steps = await Promise.all(
    rawSteps(content).map(async (step) => ({ ...step, statements: await statementsOf(step) })),
  );
  return { content, defaults: contentAt(content, 'defaults'), steps };
}

async function statementsOf({ body }: RawStep): Promise<readonly SqlStatement[]> {
  const sql = textAt(body, 'sql');
  if (sql === undefined) return [];
  const parsed = await parseSql(blankSqlParameters(sql, await listSqlParameters(sql)));
  return parsed.ok ? parsed.statements : [];
}

/** A value of a step, or where it has none of the defaults. */
export function withDefault(input: LintInput, step: RawStep, key: string): string | undefined {
  return textAt(step.body, key) ?? textAt(input.defaults, key);
}

/** A finding about a part of a step. */
export function inStep(
  step: RawStep,
  code: RuleId,
  path: Path,
  message: string,
  hint: string,
): LintProblem {
  return { code, path: [...step.path, ...path], at: 'key', message, hint };
}

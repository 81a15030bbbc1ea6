import type { SqlStatement } from '../../sql/parser.js';
import type { LintStep } from './input.js';
import type { RuleId } from './rules.js';

/** What a rule says of one statement. */
export interface StatementFinding {
  readonly code: RuleId;
  readonly message: string;
  readonly hint: string;
}

/** What a rule finds in a statement of a step; what is not the case is false. */
export type StatementRule = (
  statement: SqlStatement,
  step: LintStep,
) => readonly (StatementFinding | false | undefined)[];

import type { Severity } from '../../runbook/diagnostic.js';

/**
 * What a plan says to people, part by part, and not how it looks: text and Markdown are two drawings of
 * it, so that neither can leave out what the other has. All texts are plain; whoever draws escapes them.
 * Between backticks stands what is to be copied.
 */
export interface PlanDocument {
  readonly title: string;
  /** Why a run would be refused now. */
  readonly refusals: readonly Pick<FindingPart, 'code' | 'message' | 'hint'>[];
  readonly facts: readonly Fact[];
  readonly steps: readonly StepSection[];
  readonly findings: readonly FindingPart[];
  /** How much it is, and that nothing was changed. */
  readonly end: string;
}

/** One line of the head. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  /** True: it is never broken. */
  readonly whole?: boolean;
}

export interface StepSection {
  readonly id: string;
  readonly title: string;
  /** The step in a row of a table. */
  readonly cells: Readonly<Record<Column, string>>;
  readonly parts: readonly Part[];
  readonly tasks: readonly TaskPart[];
  readonly leftOut: readonly string[];
}

export const COLUMNS = [
  ...(['step', 'kind', 'policy', 'tasks', 'size', 'takes', 'timeout', 'blocks'] as const),
];
export type Column = (typeof COLUMNS)[number];

/** A sentence, or SQL as it is sent. */
export type Part = { readonly note: string } | { readonly sql: string };

export interface TaskPart {
  readonly number: number;
  readonly sql: string;
  readonly notes: readonly string[];
  readonly relations: readonly { readonly name: string; readonly about: string }[];
}

export interface FindingPart {
  readonly severity: Severity;
  readonly code: string;
  /** `step a, nightly.yaml:7:12: `, as far as it is known. */
  readonly place: string;
  readonly message: string;
  readonly hint: string;
  /** Why it is so on purpose. */
  readonly waived: string | null;
}

export const note = (text: string): Part => ({ note: text });

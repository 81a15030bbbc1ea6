import type { Attempt, ReportV1, Task } from '../../generated/report.v1.js';
import { expectSame, Mismatch } from '../contract.js';

/** A sql step as YAML; JSON is YAML too. */
export function sqlStep(
  id: string,
  sql: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return step(id, { sql, ...more });
}

/** Any step as YAML. */
export function step(id: string, body: Readonly<Record<string, unknown>>): string {
  return `  - ${JSON.stringify({ id, ...body })}\n`;
}

/** @throws Mismatch when the tasks of a run did not come to this, in their order. */
export function expectStatuses(report: ReportV1, ...expected: Task['status'][]): void {
  const tasks = report.steps.flatMap((each) => each.tasks);
  const seen = tasks.map(({ status }) => status);
  if (seen.join() === expected.join()) return;
  const reasons = tasks.flatMap(({ reason }) => reason ?? []);
  const why = [...reasons, ...(report.run.reason === null ? [] : [report.run.reason])].join('; ');
  throw new Mismatch(`the engine says ${seen.join(', ')}, and not ${expected.join(', ')}: ${why}`);
}

/** The attempts of a run's first task. */
export function attemptsOf(report: ReportV1): Attempt[] {
  return report.steps[0]?.tasks[0]?.attempts ?? [];
}

/** @throws Mismatch when the last attempt of the first task did not end with this SQLSTATE. */
export function expectSqlState(report: ReportV1, expected: string): void {
  expectSame('SQLSTATE', attemptsOf(report).at(-1)?.sqlstate, expected);
}

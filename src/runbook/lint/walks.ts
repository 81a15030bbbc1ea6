import { referredColumns } from '../../sql/ast.js';
import { blankSqlParameters, listSqlParameters } from '../../sql/parameters.js';
import { parseSql } from '../../sql/parser.js';
import { contentAt, textAt, type RawStep } from '../content.js';
import { inStep, type LintInput, type LintProblem } from './input.js';

/** Findings about the conditions of backfills and purges. */
export async function lintWalks({ steps }: LintInput): Promise<readonly LintProblem[]> {
  const found = await Promise.all(
    steps.map(async (step) => [...(await ofBackfill(step)), ...(await ofPurge(step))]),
  );
  return found.flat();
}

async function parseCondition(text: string): Promise<unknown> {
  const sql = blankSqlParameters(text, await listSqlParameters(text));
  const parsed = await parseSql(`SELECT 1 WHERE (${sql}\n)`);
  return parsed.ok ? parsed.statements[0]?.node['whereClause'] : undefined;
}

async function ofBackfill(step: RawStep): Promise<LintProblem[]> {
  if (!Object.hasOwn(step.body, 'backfill')) return [];
  const backfill = contentAt(step.body, 'backfill');
  const where = textAt(backfill, 'where');
  if (where === undefined) {
    const message =
      'every row is changed and nothing is counted at the end: a second run does it again';
    const hint = 'Add `where` with a condition that the change makes false.';
    return [inStep(step, 'backfill-without-where', ['backfill'], message, hint)];
  }
  const columns = referredColumns(await parseCondition(where));
  const set = Object.keys(contentAt(backfill, 'set'));
  if (columns.some((column) => set.includes(column))) return [];
  const message =
    'no column of `where` is set, so that the rows will match it still, and the step will fail';
  const hint = 'Name a column that `set` changes, or say how many rows may remain.';
  return Object.hasOwn(backfill, 'remaining')
    ? []
    : [inStep(step, 'where-may-stay-true', ['backfill', 'where'], message, hint)];
}

async function ofPurge(step: RawStep): Promise<LintProblem[]> {
  const where = textAt(contentAt(step.body, 'purge'), 'where');
  if (where === undefined || referredColumns(await parseCondition(where)).length > 0) return [];
  const message = 'its condition names no column: it deletes every row, or none';
  const hint = 'Name what is to be deleted; TRUNCATE is faster for all of it.';
  return [inStep(step, 'purges-everything', ['purge', 'where'], message, hint)];
}

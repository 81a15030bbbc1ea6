import type { Statement, Step, Task } from '../generated/report.v1.js';
import { formatNumber } from '../model/phrases.js';

/** More of a step are told in the report document alone. */
const MOST = 10;

/** What the statements of a task did, by its last attempt: `UPDATE 3`, `CREATE TABLE`. */
function describeStatements({ attempts }: Pick<Task, 'attempts'>): string[] {
  return (attempts.at(-1)?.statements ?? []).map(describeStatement);
}

function describeStatement({ tag, rows }: Statement): string {
  const known = tag ?? 'not heard';
  return rows === null ? known : `${known} ${formatNumber(rows)}`;
}

/**
 * What the statements of a sql step did, in a line; undefined for other kinds, and for a step that did not
 * succeed.
 */
export function lineOfStatements({
  kind,
  tasks,
}: Pick<Step, 'kind' | 'tasks'>): string | undefined {
  if (kind !== 'sql') return undefined;
  const all = tasks.flatMap(describeStatements);
  const more = all.length - MOST;
  if (all.length === 0) return undefined;
  return `${all.slice(0, MOST).join(', ')}${more > 0 ? ` and ${formatNumber(more)} more` : ''}`;
}

import type { Finding, Step } from '../generated/plan.v1.js';
import type { ServerInfo } from '../postgres/server.js';

/** What a reviewer should know of the server and the role. Pure. */
export function serverFindings({ role, seesAllSessions }: ServerInfo): Finding[] {
  if (seesAllSessions) return [];
  const message =
    `Role ${role} does not see the sessions of other roles: the worker slots that they use are not ` +
    'counted for keep_free and server_workers. GRANT pg_read_all_stats to it.';
  return [{ severity: 'warning', code: 'sessions-hidden', step: null, message }];
}

/** What a reviewer should know of a planned step. Pure. */
export function findingsOf(step: Step): Finding[] {
  const targets = step.tasks.flatMap((task) => task.targets);
  const forbidden = targets.filter((target) => target.facts['may_maintain'] === false);
  const found: Finding[] = [];
  if (step.kind !== 'sql' && targets.length === 0) {
    found.push({
      severity: 'info',
      code: 'nothing-selected',
      step: step.id,
      message: 'No relation matches the patterns and filters: the step has nothing to do.',
    });
  }
  if (forbidden.length > 0) {
    found.push({
      severity: 'warning',
      code: 'no-privilege',
      step: step.id,
      message: `The role may not maintain ${listNames(forbidden)}: PostgreSQL will skip or refuse.`,
    });
  }
  if (step.left_out.length > 0) {
    found.push({
      severity: 'warning',
      code: 'left-out',
      step: step.id,
      message: `Left out: ${step.left_out.map((out) => `${out.name} (${out.reason})`).join(', ')}.`,
    });
  }
  return found;
}

function listNames(targets: readonly { name: string }[]): string {
  const names = targets.slice(0, 5).map((target) => target.name);
  const more = targets.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${String(more)} more` : names.join(', ');
}

import type { Estimate, Finding, Step, Target } from '../generated/plan.v1.js';
import { listSome } from '../model/phrases.js';
import { formatSize } from '../model/size.js';
import type { LintProblem } from '../runbook/lint/input.js';
import type { Lint } from '../runbook/lint/lint.js';
import { RULES, type RuleId } from '../runbook/lint/rules.js';
import { grantSessions, type ServerInfo } from '../postgres/server.js';
import { overlapProblems } from './overlaps.js';

/** A finding names so many relations; the plan has them all. */
const MOST_NAMES = 5;

const namesOf = (targets: readonly Target[]): string[] => targets.map(({ name }) => name);

/** A finding about a step as a whole. */
export function ofStep(
  index: number,
  step: Step,
  code: RuleId,
  message: string,
  hint: string,
): LintProblem {
  return { code, path: ['steps', index, step.kind], at: 'key', message, hint };
}

/** What a reviewer should know of the server and the role. Pure. */
function serverProblems({ role, seesAllSessions }: ServerInfo): LintProblem[] {
  if (seesAllSessions) return [];
  const message =
    `role ${role} does not see the sessions of other roles: the worker slots that other programs of ` +
    'theirs use are not counted for keep_free';
  return [{ code: 'sessions-hidden', path: [], message, hint: `${grantSessions(role)}.` }];
}

/** Relations are chosen by counters that a standby has its own of. Pure. */
function standbyProblems(step: Step, index: number): LintProblem[] {
  if (step.kind !== 'vacuum' && step.kind !== 'analyze') return [];
  const message =
    "dead rows, changed rows and the last VACUUM or ANALYZE are this standby's own counters, not the primary's";
  return [ofStep(index, step, 'standby-counters', message, 'Plan on the primary.')];
}

/** What the catalogs say of a planned step. Pure. */
function stepProblems(step: Step, index: number): LintProblem[] {
  const targets = step.tasks.flatMap((task) => task.targets);
  const forbidden = targets.filter((target) => target.facts['may_maintain'] === false);
  const { missing, left_out: left } = step;
  const could =
    step.kind === 'refresh' && step.spec['concurrently'] === false
      ? targets.filter(({ facts }) => facts['unique_index'] === true && facts['populated'] === true)
      : [];
  const about = (code: RuleId, message: string, hint: string): LintProblem =>
    ofStep(index, step, code, message, hint);
  return [
    ...(step.kind !== 'sql' && targets.length === 0
      ? [
          about(
            'nothing-selected',
            'no relation matches the patterns and filters: the step has nothing to do',
            'Nothing, if that is to be expected.',
          ),
        ]
      : []),
    ...(forbidden.length === 0
      ? []
      : [
          about(
            'no-privilege',
            `the role may not maintain ${listSome(namesOf(forbidden), MOST_NAMES)}: PostgreSQL will skip or refuse`,
            '`pg-runbook grants FILE` prints what it lacks.',
          ),
        ]),
    ...(missing.length === 0
      ? []
      : [
          about(
            'matches-nothing',
            `no relation matches ${listSome(missing, MOST_NAMES)}`,
            'Correct the name, or take it out.',
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          about(
            'left-out',
            `left out: ${left.map((out) => `${out.name} (${out.reason})`).join(', ')}`,
            'Exclude them, or change what keeps them from being worked on.',
          ),
        ]),
    ...step.estimates
      .filter(isLargeChange)
      .map(({ command, table, table_bytes: bytes, rows }) =>
        about(
          'unbatched-dml',
          `${command} of about ${String(rows)} rows of ${table ?? ''} (${bytes === null ? 'its size is not known' : formatSize(bytes)}) in one transaction`,
          'Make it a `backfill` or `purge` step.',
        ),
      ),
    ...(could.length === 0
      ? []
      : [
          about(
            'refresh-could-be-concurrent',
            `${listSome(namesOf(could), MOST_NAMES)} could be refreshed without blocking its readers`,
            'Add `concurrently: true`.',
          ),
        ]),
  ];
}

/** More than a moment's work, on a table that others will miss meanwhile. */
const LARGE_TABLE_BYTES = 1024 ** 3;
const MANY_ROWS = 100_000;

/** A size that is not known may be any. */
function isLargeChange({ command, table_bytes: bytes, rows }: Estimate): boolean {
  const large = (bytes ?? LARGE_TABLE_BYTES) >= LARGE_TABLE_BYTES;
  return command !== 'INSERT' && large && (rows ?? 0) >= MANY_ROWS;
}

/** Everything that the server and the catalogs say about the steps, by rule. Pure. */
export function catalogProblems(server: ServerInfo, steps: readonly Step[]): LintProblem[] {
  return [
    ...serverProblems(server),
    ...(server.inRecovery ? steps.flatMap(standbyProblems) : []),
    ...steps.flatMap(stepProblems),
    ...overlapProblems(steps),
  ];
}

/**
 * The findings of a plan.
 * @param problems what the catalogs show; undefined when no server was asked.
 * @param lint with what the runbook's text says; without it findings have no places and no waivers.
 */
export function toFindings(
  problems: readonly LintProblem[] | undefined,
  steps: readonly Step[],
  lint: Lint | undefined,
): Finding[] {
  const found = lint?.findings(problems) ?? problems?.map(withoutPlace) ?? [];
  return found.map(({ severity, code, path, file, line, column, message, hint, waived }) => {
    const index = /^\/steps\/(\d+)/.exec(path ?? '')?.[1];
    const step = index === undefined ? null : (steps[Number(index)]?.id ?? null);
    return { severity, code, step, file, line, column, message, hint, waived: waived ?? null };
  });
}

function withoutPlace({ code, path, message, hint }: LintProblem) {
  const pointer = path.map((part) => `/${String(part)}`).join('');
  const { severity } = RULES[code];
  const nowhere = { file: null, line: null, column: null };
  return { severity, code, path: pointer, ...nowhere, message, hint, waived: null };
}

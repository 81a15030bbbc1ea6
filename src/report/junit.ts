import type { ReportV1, Step, Task } from '../generated/report.v1.js';
import { listSome } from '../model/phrases.js';
import { isFailure, isFinal } from '../model/status.js';
import { headline } from './headline.js';
import { elapsedMs, parseTime, taskMs } from './times.js';
import { isForbidden, sqlstateOf } from './troubles.js';
import { element, escapeXml } from './xml.js';

/** The name of a test case is a line in somebody's browser. */
const MOST_NAMES = 3;

type Verdict = 'passed' | 'failure' | 'error' | 'skipped';

/**
 * The report as JUnit XML: a suite for each step, a case for each task. A run that failed though no case
 * says so gets a case of its own, or a CI job would be green. Pure.
 */
export function renderJunit(report: ReportV1): string {
  const verdicts = report.steps.flatMap((step) => step.tasks.map(verdictOf));
  const told = verdicts.some((verdict) => verdict === 'failure' || verdict === 'error');
  const own = told || !isWrong(report) ? [] : [runSuite(report)];
  const all: Verdict[] = [...verdicts, ...own.map(() => 'error' as const)];
  const suites = [...report.steps.map((step) => suite(report, step)), ...own];
  const { run, runbook } = report;
  const root = element(
    'testsuites',
    {
      name: runbook.name,
      ...counts(all),
      time: seconds(elapsedMs(run.started_at, run.finished_at)),
      timestamp: timestamp(run.started_at),
    },
    suites.map((text) => `\n${text}`).concat('\n'),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function isWrong({ run }: ReportV1): boolean {
  return ['failed', 'cancelled', 'unknown'].includes(run.status);
}

function runSuite(report: ReportV1): string {
  const error = element('error', { message: headline(report), type: report.run.status });
  const attributes = { name: report.run.id, classname: report.runbook.name };
  return element('testsuite', { name: 'run', ...counts(['error']) }, [
    `\n${element('testcase', attributes, [error])}\n`,
  ]);
}

function suite({ run, server }: ReportV1, step: Step): string {
  const properties = Object.entries({
    kind: step.kind,
    policy: step.policy,
    status: step.status,
    run: run.id,
    database: server.database,
  }).map(([name, value]) => element('property', { name, value }));
  return element(
    'testsuite',
    {
      name: step.id,
      ...counts(step.tasks.map(verdictOf)),
      time: seconds(elapsedMs(step.started_at, step.finished_at)),
      timestamp: timestamp(step.started_at),
    },
    [element('properties', {}, properties), ...step.tasks.map((task) => testCase(step, task))]
      .map((text) => `\n${text}`)
      .concat('\n'),
  );
}

function testCase(step: Step, task: Task): string {
  const names = task.targets.map(({ name }) => name);
  const name = [task.id, ...(names.length === 0 ? [] : [listSome(names, MOST_NAMES)])].join(' ');
  const attributes = { name, classname: step.id, time: seconds(taskMs(task)) };
  return element('testcase', attributes, [...outcome(task), ...output(task)]);
}

/** What a test runner would have called it. What has not ended has neither passed nor failed. */
function verdictOf(task: Task): Verdict {
  if (task.deferred || !isFinal(task.status)) return 'skipped';
  if (task.status === 'unknown') return 'error';
  if (isFailure(task.status) || task.targets.some(isForbidden)) return 'failure';
  return task.status === 'skipped' ? 'skipped' : 'passed';
}

function outcome(task: Task): string[] {
  const verdict = verdictOf(task);
  if (verdict === 'passed') return [];
  const sqlstate = sqlstateOf(task);
  const forbidden = task.targets.find(isForbidden);
  const reason = task.reason ?? forbidden?.reason ?? task.attempts.at(-1)?.message ?? null;
  const what = task.deferred ? 'deferred' : task.status;
  const message = `${what}${sqlstate === null ? '' : ` [${sqlstate}]`}${reason === null ? '' : `: ${reason}`}`;
  if (verdict === 'skipped') return [element('skipped', { message })];
  const lines = [message, ...relationLines(task), '', task.sql];
  return [element(verdict, { message, type: sqlstate ?? what }, [escapeXml(lines.join('\n'))])];
}

function relationLines({ targets, status }: Task): string[] {
  return targets
    .filter((target) => target.status !== status)
    .map(
      ({ name, status: own, reason }) => `${name} ${own}${reason === null ? '' : `: ${reason}`}`,
    );
}

/** Relations that were passed by in a task that succeeded, and what the server said. */
function output(task: Task): string[] {
  const said = task.attempts.flatMap(({ messages }) => messages);
  const lines = [...(verdictOf(task) === 'passed' ? relationLines(task) : []), ...said];
  return lines.length === 0 ? [] : [element('system-out', {}, [escapeXml(lines.join('\n'))])];
}

function counts(verdicts: readonly Verdict[]): Record<string, number> {
  const n = (wanted: Verdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  return {
    tests: verdicts.length,
    failures: n('failure'),
    errors: n('error'),
    skipped: n('skipped'),
  };
}

function seconds(ms: number | undefined): string {
  return ((ms ?? 0) / 1000).toFixed(3);
}

/** Without a zone, as the format wants it; it is UTC. */
function timestamp(text: string | null): string | undefined {
  const ms = parseTime(text);
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19);
}

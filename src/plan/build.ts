import type { Step, Task } from '../generated/plan.v1.js';
import { readHistory } from '../ledger/history.js';
import { readLeftOver } from '../ledger/left-over.js';
import type { LivePlan, RunnablePlan } from '../model/live-plan.js';
import type { Runbook, Step as RunbookStep } from '../model/runbook.js';
import { readSlotUse } from '../postgres/capacity.js';
import { readObstacles } from '../postgres/obstacles.js';
import type { ServerInfo } from '../postgres/server.js';
import type { Session } from '../postgres/session.js';
import type { Lint } from '../runbook/lint/lint.js';
import type { Discovery, Refusal, StepOrder } from '../steps/contract.js';
import { stepKind } from '../steps/registry.js';
import { planCapacity } from './capacity.js';
import { checkGuards } from './check-guards.js';
import { checkSettings } from './check-settings.js';
import { commitProblems } from './commit-problems.js';
import { declare, declareStep } from './declare.js';
import { planDigest } from './digest.js';
import { Durations } from './durations.js';
import { catalogProblems, toFindings } from './findings.js';
import { foreignCodeProblems, notTried } from './foreign-code-problems.js';
import { makeForecast } from './forecast.js';
import { lookAtStep } from './look-at-step.js';
import { capacityProblems, preflightProblems, windowProblems } from './preflight.js';
import { refusalProblems } from './refusals.js';
import { refusedNow } from './refused-now.js';
import { examineServer, requireRunnable } from './require-runnable.js';

/**
 * Resolves a runbook against the live catalogs: what would be sent, to what, in which order. Writes
 * nothing, and takes no lock stronger than ACCESS SHARE; only where the planner is asked about a
 * statement that changes rows it takes ROW EXCLUSIVE for that moment, as EXPLAIN of one does.
 * @param now the time that the plan is stamped with.
 * @param lint what the runbook's text says, for findings with places and waivers.
 * @param showServerErrors what the server says of SQL that it refuses to plan may hold data.
 * @throws RunbookError when the catalogs cannot tell what a step would do: see the class `refused`.
 */
export async function buildPlan(...args: Parameters<typeof resolve>): Promise<LivePlan> {
  const [session, runbook, server, now] = args;
  const { refusals } = examineServer(runbook, server);
  const plan = await resolve(...args);
  return { ...plan, refused_now: await refusedNow(session, runbook, refusals, now) };
}

/** The plan, but for what a run would be refused for now. */
async function resolve(
  session: Session,
  runbook: Runbook,
  server: ServerInfo,
  now: Date,
  lint?: Lint,
  showServerErrors = false,
): Promise<LivePlan> {
  const { described } = examineServer(runbook, server);
  const declared = declare(runbook);
  const { budget } = declared;
  const tried = await checkGuards(session, declared.guards, lint, showServerErrors);
  const history = await readHistory(session, [...new Set(runbook.steps.map(({ kind }) => kind))]);
  const durations = new Durations(history === 'hidden' ? [] : history);
  const leftOver =
    runbook.window?.carryOver === true && history !== 'hidden'
      ? await readLeftOver(session, runbook.name)
      : new Map<string, Map<number, number>>();
  const steps: Step[] = [];
  const refused: (readonly Refusal[])[] = [];
  for (const [index, step] of runbook.steps.entries()) {
    const carriedOver = leftOver.get(step.id) ?? new Map<number, number>();
    const order = { carriedOver, showServerErrors };
    const { planned, found } = await lookAtStep(session, step.id, () =>
      planStep(session, step, server, order),
    );
    steps.push(withDurations(planned, durations));
    const { notTried: untried = [], refusals = [] } = found;
    tried.push(...untried.map((why) => notTried(['steps', index, step.kind], why)));
    refused.push(refusals);
  }
  const capacity = planCapacity(steps, budget, server, await readSlotUse(session));
  const forecast = makeForecast({ steps, budget }, history, runbook.window, now.getTime());
  const problems = [
    ...catalogProblems(server, steps),
    ...tried,
    ...(await refusalProblems(runbook.steps, refused, lint)),
    ...(await foreignCodeProblems(session, steps, server.role)),
    ...(await commitProblems(session, steps)),
    ...preflightProblems(steps, await readObstacles(session, tableOids(steps))),
    ...capacityProblems(capacity, budget),
    ...windowProblems(forecast),
  ];
  const findings = toFindings(problems, steps, lint);
  const content = {
    plan_version: 1 as const,
    created_at: now.toISOString(),
    ...declared,
    server: described,
    steps,
    findings,
  };
  return { ...content, capacity, forecast, refused_now: [], digest: planDigest(content) };
}

/**
 * {@link buildPlan} for a run, which is refused itself for what it would be.
 * @throws RunbookError when the runbook cannot run on this server, too.
 */
export async function planRun(...args: Parameters<typeof resolve>): Promise<RunnablePlan> {
  const [, runbook, server] = args;
  const runnable = requireRunnable(runbook, server);
  return { ...(await resolve(...args)), server: runnable };
}

/** Those that every worker gets, with values of our own. */
const OWN_SETTINGS = ['client_min_messages', 'statement_timeout', 'lock_timeout'];

type PlannedTask = Omit<Task, 'duration'>;
type PlannedStep = Omit<Step, 'tasks'> & { tasks: PlannedTask[] };

async function planStep(
  session: Session,
  step: RunbookStep,
  server: ServerInfo,
  more: Pick<StepOrder, 'carriedOver' | 'showServerErrors'>,
): Promise<{ readonly planned: PlannedStep; readonly found: Discovery }> {
  const kind = stepKind(step.kind);
  const declared = declareStep(step);
  const { id, concurrency, settings } = declared;
  if (Object.keys(settings).some((name) => !OWN_SETTINGS.includes(name))) {
    await checkSettings(session, id, settings, server);
  }
  const order = { id, concurrency, settings, ...more };
  const found = await kind.discover(session, step.spec, server, order);
  const drafts = kind.tasks(step.spec, found.targets, concurrency);
  const planned = {
    ...declared,
    locks: kind.locks(step.spec, server.versionNumber),
    template: null,
    batches: found.batches ?? null,
    estimates: [...(found.estimates ?? [])],
    tasks: drafts.map((draft, index) => ({
      number: index + 1,
      ...kind.render(step.spec, draft.targets),
      shares_targets: false,
      ...draft,
    })),
    left_out: [...(found.leftOut ?? [])],
    unselected: [...(found.unselected ?? [])],
    missing: [...(found.missing ?? [])],
  };
  return { planned, found };
}

/** Says of each task how long it takes. */
function withDurations(step: PlannedStep, durations: Durations): Step {
  const { tasks } = step;
  return {
    ...step,
    tasks: tasks.map((task) => ({ ...task, duration: durations.of(step, task, tasks.length) })),
  };
}

function tableOids(steps: readonly Step[]): number[] {
  const targets = steps.flatMap((step) => step.tasks.flatMap((task) => task.targets));
  return [...new Set(targets.map((target) => target.table_oid))];
}

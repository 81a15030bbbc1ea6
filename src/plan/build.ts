import { RunbookError } from '../errors.js';
import type { PlanV1, Server, Settings, Step, Task } from '../generated/plan.v1.js';
import type { Runbook, Step as RunbookStep } from '../model/runbook.js';
import { chooseDialect } from '../postgres/background/detect.js';
import { readSlotUse } from '../postgres/capacity.js';
import { readObstacles } from '../postgres/obstacles.js';
import { requireUsableServer, type ServerInfo } from '../postgres/server.js';
import type { Queryable, Session } from '../postgres/session.js';
import type { Lint } from '../runbook/lint/lint.js';
import type { StepKind, TaskDraft } from '../steps/contract.js';
import { stepKind } from '../steps/registry.js';
import { planCapacity } from './capacity.js';
import { checkSettings } from './check-settings.js';
import { planDigest } from './digest.js';
import { catalogProblems, toFindings } from './findings.js';
import { capacityProblems, preflightProblems } from './preflight.js';
import { workerSettings } from './worker-settings.js';

/**
 * Resolves a runbook against the live catalogs: what would be sent, to what, in which order. Takes
 * no lock stronger than ACCESS SHARE and writes nothing.
 * @param now the time that the plan is stamped with.
 * @param lint what the runbook's text says, for findings with places and waivers.
 * @throws RunbookError when the runbook cannot run on this server: see the class `refused`.
 */
export async function buildPlan(
  session: Session,
  runbook: Runbook,
  server: ServerInfo,
  now: Date,
  lint?: Lint,
): Promise<PlanV1> {
  requireUsableServer(server);
  refuseUnsupported(runbook);
  refuseImpossibleBudget(runbook, server);
  const described = describeServer(server);
  const steps: Step[] = [];
  for (const step of runbook.steps) {
    const settings = workerSettings(step, stepKind(step.kind).settings);
    await checkSettings(session, step.id, settings);
    steps.push(await planStep(session, step, settings, server));
  }
  const budget = {
    workers: runbook.budget.workers,
    server_workers: runbook.budget.serverWorkers ?? null,
    keep_free: runbook.budget.keepFree,
  };
  const capacity = planCapacity(
    steps,
    budget,
    server.maxWorkerProcesses,
    await readSlotUse(session),
  );
  const problems = [
    ...catalogProblems(server, steps),
    ...preflightProblems(steps, await readObstacles(session, tableOids(steps))),
    ...capacityProblems(capacity, budget),
  ];
  const content = {
    plan_version: 1 as const,
    runbook: {
      name: runbook.name,
      version: runbook.version,
      path: runbook.path,
      digest: runbook.digest,
      parameters: { ...runbook.parameters },
    },
    server: described,
    budget,
    ledger: { keep_days: runbook.keepDays },
    steps,
    findings: toFindings(problems, steps, lint),
  };
  return { ...content, capacity, created_at: now.toISOString(), digest: planDigest(content) };
}

function tableOids(steps: readonly Step[]): number[] {
  const targets = steps.flatMap((step) => step.tasks.flatMap((task) => task.targets));
  return [...new Set(targets.map((target) => target.table_oid))];
}

function refuseUnsupported(runbook: Runbook): void {
  if (runbook.unsupported.length === 0) return;
  throw new RunbookError(
    'not_supported_yet',
    `${runbook.path} uses what is not supported yet: ${runbook.unsupported.join(', ')}`,
    { hint: 'This version validates these parts of the format and does not execute them.' },
  );
}

function refuseImpossibleBudget(runbook: Runbook, server: ServerInfo): void {
  const { workers, keepFree } = runbook.budget;
  if (workers + keepFree <= server.maxWorkerProcesses) return;
  throw new RunbookError(
    'budget_impossible',
    `budget: ${String(workers)} workers and ${String(keepFree)} kept free are more than the ` +
      `${String(server.maxWorkerProcesses)} slots of max_worker_processes`,
    { hint: 'Lower budget.workers or budget.keep_free, or raise max_worker_processes.' },
  );
}

function describeServer(server: ServerInfo): Server {
  const dialect = chooseDialect(server);
  return {
    version: server.version,
    version_number: server.versionNumber,
    database: server.database,
    role: server.role,
    max_worker_processes: server.maxWorkerProcesses,
    pg_background: {
      version: server.extension?.version ?? '',
      dialect: dialect.name,
      schema: server.extension?.schema ?? '',
    },
  };
}

async function planStep(
  db: Queryable,
  step: RunbookStep,
  settings: Settings,
  server: ServerInfo,
): Promise<Step> {
  const kind = stepKind(step.kind);
  const order = { id: step.id, concurrency: step.concurrency, settings };
  const { targets, leftOut, batches, estimates } = await kind.discover(
    db,
    step.spec,
    server,
    order,
  );
  const drafts = kind.tasks(step.spec, targets, step.concurrency);
  return {
    id: step.id,
    kind: step.kind,
    needs: [...step.needs],
    after: step.after,
    policy: step.policy,
    on_failure: step.onFailure,
    concurrency: step.concurrency,
    timeout_ms: step.timeoutMs,
    lock_timeout_ms: step.lockTimeoutMs ?? null,
    retry: toRetry(step),
    settings,
    lock: kind.lock(step.spec),
    spec: { ...step.spec },
    batches: batches ?? null,
    estimates: [...(estimates ?? [])],
    tasks: drafts.map((draft, index) => toTask(kind, step, draft, index)),
    left_out: [...leftOut],
  };
}

function toTask(kind: StepKind<unknown>, step: RunbookStep, draft: TaskDraft, index: number): Task {
  const command = kind.render(step.spec, draft.targets);
  return { number: index + 1, ...command, shares_targets: false, ...draft };
}

function toRetry(step: RunbookStep): Step['retry'] {
  if (step.retry === undefined) return null;
  const { attempts, delayMs, maxDelayMs, on } = step.retry;
  return { attempts, delay_ms: delayMs, max_delay_ms: maxDelayMs, on: [...on] };
}

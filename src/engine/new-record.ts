import type { Step as PlanStep, Target } from '../generated/plan.v1.js';
import type {
  ReportV1,
  Step as StepRecord,
  Target as TargetRecord,
} from '../generated/report.v1.js';
import type { RunnablePlan } from '../model/live-plan.js';
import { nextCommands } from '../model/next-commands.js';

type Started = Pick<ReportV1['run'], 'started_at' | 'window_ends_at' | 'traceparent' | 'pass'>;

/** A report in which nothing has happened yet. */
export function newRecord(
  plan: RunnablePlan,
  runId: string,
  { started_at, window_ends_at, traceparent, pass }: Started,
): ReportV1 {
  return {
    report_version: 1,
    run: {
      id: runId,
      status: 'running',
      reason: null,
      plan_digest: plan.digest,
      started_at,
      finished_at: null,
      exit_code: null,
      paused_by: null,
      window_ends_at,
      traceparent,
      pass,
      next_commands: nextCommands(runId, 'running', []),
    },
    runbook: plan.runbook,
    server: plan.server,
    budget: plan.budget,
    steps: plan.steps.map((step) => newStep(step, plan.forecast)),
    residue: { before: null, after: null },
    summary: { steps: {}, tasks: {}, targets: {} },
  };
}

function newStep(step: PlanStep, { steps }: RunnablePlan['forecast']): StepRecord {
  const forecast = steps.find((one) => one.step === step.id);
  return {
    id: step.id,
    kind: step.kind,
    policy: step.policy,
    status: 'pending',
    reason: null,
    started_at: null,
    finished_at: null,
    progress: null,
    expected: expectedOf(forecast),
    tasks: step.tasks.map((task) => ({
      id: `${step.id}/${String(task.number)}`,
      sql: task.sql,
      settings: step.settings,
      status: 'pending',
      reason: null,
      targets: task.targets.map(newTarget),
      expected: task.duration,
      deferred: false,
      attempts: [],
    })),
  };
}

/** What is not known altogether is not foreseen. */
function expectedOf(
  forecast: RunnablePlan['forecast']['steps'][number] | undefined,
): StepRecord['expected'] {
  if (forecast === undefined || forecast.basis === 'none') return null;
  const { basis, p50_ms, p95_ms } = forecast;
  return { basis, p50_ms, p95_ms };
}

function newTarget(target: Target): TargetRecord {
  return {
    name: target.name,
    oid: target.oid,
    status: 'pending',
    reason: null,
    sqlstate: null,
    evidence: { before: null, after: null },
  };
}

import type { PlanV1, Step } from '../generated/plan.v1.js';
import type { Runbook, Step as RunbookStep } from '../model/runbook.js';
import { stepKind } from '../steps/registry.js';
import { workerSettings } from './worker-settings.js';

/** What of a plan the runbook alone decides. */
export type Declared = Pick<
  PlanV1,
  'runbook' | 'budget' | 'window' | 'on_overlap' | 'guards' | 'bystanders' | 'ledger'
>;

/** What of a step the runbook alone decides. */
export type DeclaredStep = Pick<
  Step,
  | 'id'
  | 'kind'
  | 'needs'
  | 'after'
  | 'policy'
  | 'on_failure'
  | 'concurrency'
  | 'budgets'
  | 'timeout_ms'
  | 'lock_timeout_ms'
  | 'old_transactions_timeout_ms'
  | 'retry'
  | 'settings'
  | 'spec'
  | 'expects'
>;

export function declare(runbook: Runbook): Declared {
  const { name, version, path, digest, parameters, budget, keepDays } = runbook;
  return {
    runbook: { name, version, path, digest, parameters: { ...parameters } },
    budget: {
      workers: budget.workers,
      server_workers: budget.serverWorkers ?? null,
      keep_free: budget.keepFree,
      max_wait_ms: budget.maxWaitMs ?? null,
    },
    window: declareWindow(runbook.window),
    on_overlap: runbook.onOverlap,
    guards: runbook.guards.map(({ name, condition, onBreach, maxPauseMs }) => ({
      name,
      condition: { ...condition },
      on_breach: onBreach,
      max_pause_ms: maxPauseMs,
    })),
    bystanders: {
      max_blocked: runbook.bystanders.maxBlocked,
      for_ms: runbook.bystanders.forMs,
    },
    ledger: { keep_days: keepDays, expect_every_ms: runbook.expectEveryMs ?? null },
  };
}

export function declareStep(step: RunbookStep): DeclaredStep {
  const kind = stepKind(step.kind);
  const waits = kind.waitsForOldTransactions?.(step.spec) === true;
  const oldTransactionsMs = waits ? (step.oldTransactionsTimeoutMs ?? step.timeoutMs) : undefined;
  return {
    id: step.id,
    kind: step.kind,
    needs: [...step.needs],
    after: step.after,
    policy: step.policy,
    on_failure: step.onFailure,
    concurrency: step.concurrency,
    budgets: { ...step.budgets },
    timeout_ms: step.timeoutMs,
    lock_timeout_ms: step.lockTimeoutMs ?? null,
    old_transactions_timeout_ms: oldTransactionsMs ?? null,
    retry: declareRetry(step),
    settings: workerSettings(step, oldTransactionsMs, kind.settings),
    expects: [...(kind.expects?.(step.spec) ?? [])],
    spec: { ...step.spec },
  };
}

function declareRetry({ retry }: RunbookStep): Step['retry'] {
  if (retry === undefined) return null;
  const { attempts, delayMs, maxDelayMs, on } = retry;
  return { attempts, delay_ms: delayMs, max_delay_ms: maxDelayMs, on: [...on] };
}

function declareWindow(window: Runbook['window']): PlanV1['window'] {
  if (window === undefined) return null;
  return {
    max_duration_ms: window.maxDurationMs ?? null,
    not_before: window.notBefore ?? null,
    finish_by: window.finishBy ?? null,
    days: window.days === undefined ? null : [...window.days],
    time_zone: window.timeZone,
    at_end: window.atEnd,
    carry_over: window.carryOver,
  };
}

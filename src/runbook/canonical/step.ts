import type * as V1 from '../../generated/runbook.v1.js';
import type { Parameters, Retry, Settings, Step } from '../../model/runbook.js';
import { toSqlstate } from '../conditions.js';
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_RETRY_DELAY_MS,
  DEFAULT_RETRY_MAX_DELAY_MS,
  DEFAULT_RETRY_ON,
} from '../defaults.js';
import { toStepBody } from './body.js';
import { toMs } from './selector.js';

function toRetry(authored: V1.Retry): Retry {
  const delayMs = toMs(authored.delay) ?? DEFAULT_RETRY_DELAY_MS;
  return {
    attempts: authored.attempts,
    delayMs,
    maxDelayMs: toMs(authored.max_delay) ?? Math.max(delayMs, DEFAULT_RETRY_MAX_DELAY_MS),
    on: authored.on?.flatMap((condition) => toSqlstate(condition) ?? []) ?? DEFAULT_RETRY_ON,
  };
}

/** The default retry is not for SQL that may do harm when it runs twice. */
function retryOf(step: V1.Step, defaults: V1.Defaults): Retry | undefined {
  const harmless = step.sql === undefined || step.idempotent === true;
  const authored = step.retry ?? (harmless ? defaults.retry : undefined);
  return authored === undefined ? undefined : toRetry(authored);
}

/** PostgreSQL folds the names' case, so `Work_Mem` in a step overrides `work_mem` of the defaults. */
function mergeSettings(...all: readonly (V1.Settings | undefined)[]): Settings {
  const entries = all.flatMap((settings) => Object.entries(settings ?? {}));
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** A step with the defaults put in. */
export async function toStep(
  step: V1.Step,
  defaults: V1.Defaults,
  parameters: Parameters,
): Promise<Step> {
  return {
    id: step.id,
    description: step.description,
    needs: step.needs ?? [],
    after: step.after ?? 'ended',
    concurrency: step.concurrency ?? DEFAULT_CONCURRENCY,
    budgets: step.budgets ?? {},
    timeoutMs: toMs(step.timeout ?? defaults.timeout) ?? 0,
    lockTimeoutMs: toMs(step.lock_timeout ?? defaults.lock_timeout),
    oldTransactionsTimeoutMs: toMs(
      step.old_transactions_timeout ?? defaults.old_transactions_timeout,
    ),
    policy: step.policy ?? defaults.policy ?? 'wait',
    onFailure: step.on_failure ?? defaults.on_failure ?? 'stop',
    retry: retryOf(step, defaults),
    settings: mergeSettings(defaults.settings, step.settings),
    ...(await toStepBody(step, parameters)),
  };
}

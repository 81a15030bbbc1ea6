import type { PlanV1, Step } from '../generated/plan.v1.js';
import type { Runbook, Step as RunbookStep } from '../model/runbook.js';
import type { Lint } from '../runbook/lint/lint.js';
import { stepKind } from '../steps/registry.js';
import { declare, declareStep } from './declare.js';
import { planDigest } from './digest.js';
import { toFindings } from './findings.js';

/**
 * What a runbook says without any server: its steps, settings and SQL templates, and the advice on its
 * text. It cannot be run. Pure.
 */
export function makeOutline(runbook: Runbook, now: Date, lint: Lint): PlanV1 {
  const steps = runbook.steps.map(outlineStep);
  const content = {
    plan_version: 1 as const,
    created_at: now.toISOString(),
    ...declare(runbook),
    server: null,
    steps,
    findings: toFindings(undefined, steps, lint),
  };
  return {
    ...content,
    capacity: null,
    forecast: null,
    refused_now: [],
    digest: planDigest(content),
  };
}

/** Without a server, locks are told as of the newest one that there may be. */
const NEWEST = Number.MAX_SAFE_INTEGER;

function outlineStep(step: RunbookStep): Step {
  const kind = stepKind(step.kind);
  return {
    ...declareStep(step),
    locks: kind.locks(step.spec, NEWEST),
    template: kind.template(step.spec),
    batches: null,
    estimates: [],
    tasks: [],
    left_out: [],
    unselected: [],
    missing: [],
  };
}

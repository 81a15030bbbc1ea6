import type { ReportV1, Step, Target } from '../../src/generated/report.v1.js';
import { differenceOf } from '../../src/report/gains.js';

/** What one step did, by the evidence in the report. */
export interface StepGain {
  readonly id: string;
  readonly status: string;
  readonly ms: number | undefined;
  readonly tasks: number;
  /** Undefined for a step whose evidence has no such fact. */
  readonly deadRowsGone: number | undefined;
  readonly bytesFreed: number | undefined;
}

export function gainsOf(report: ReportV1): StepGain[] {
  return report.steps.map((step) => ({
    id: step.id,
    status: step.status,
    ms: elapsed(step),
    tasks: step.tasks.length,
    deadRowsGone: step.kind === 'vacuum' ? decrease(step, 'dead_rows') : undefined,
    bytesFreed: decrease(step, 'size_bytes'),
  }));
}

function elapsed({ started_at: from, finished_at: to }: Step): number | undefined {
  return from === null || to === null ? undefined : Date.parse(to) - Date.parse(from);
}

function decrease(step: Step, fact: string): number | undefined {
  const changes = step.tasks.flatMap((task) => task.targets.flatMap((t) => change(t, fact)));
  return changes.length === 0 ? undefined : changes.reduce((sum, value) => sum + value, 0);
}

function change({ evidence }: Target, fact: string): number[] {
  const up = differenceOf(evidence, fact);
  return up === undefined ? [] : [0 - up];
}

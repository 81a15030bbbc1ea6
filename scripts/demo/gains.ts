import type { ReportV1, Step } from '../../src/generated/report.v1.js';
import { decreaseOf } from '../../src/report/gains.js';

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
    deadRowsGone: step.kind === 'vacuum' ? decreaseOf(step, 'dead_rows') : undefined,
    bytesFreed: decreaseOf(step, 'size_bytes'),
  }));
}

function elapsed({ started_at: from, finished_at: to }: Step): number | undefined {
  return from === null || to === null ? undefined : Date.parse(to) - Date.parse(from);
}

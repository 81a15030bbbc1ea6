import type { ReportV1 } from '../generated/report.v1.js';

/** Counts statuses, for the report's summary. */
export function summarize(record: Pick<ReportV1, 'steps'>): ReportV1['summary'] {
  const tasks = record.steps.flatMap((step) => step.tasks);
  return {
    steps: countStatuses(record.steps),
    tasks: countStatuses(tasks),
    targets: countStatuses(tasks.flatMap((task) => task.targets)),
  };
}

function countStatuses(items: readonly { status: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

import type { ReportV1 } from '../../../src/index.js';

type Step = ReportV1['steps'][number];
type Task = Step['tasks'][number];

/** The step with this id, or the only one. */
export function stepOf(report: ReportV1, id?: string): Step {
  const found = report.steps.filter((step) => id === undefined || step.id === id);
  if (found.length !== 1) throw new Error(`${String(found.length)} steps match ${id ?? 'all'}`);
  return found[0]!;
}

/** The only task of a step. */
export function taskOf(report: ReportV1, id?: string): Task {
  const { tasks } = stepOf(report, id);
  if (tasks.length !== 1) throw new Error(`${String(tasks.length)} tasks, not one`);
  return tasks[0]!;
}

export function targetsOf(report: ReportV1, id?: string): Task['targets'] {
  return stepOf(report, id).tasks.flatMap((task) => task.targets);
}

export function attemptsOf(report: ReportV1, id?: string): Task['attempts'] {
  return stepOf(report, id).tasks.flatMap((task) => task.attempts);
}

/** The only target of that name. */
export function targetOf(report: ReportV1, name: string): Task['targets'][number] {
  const found = report.steps.flatMap((step) =>
    step.tasks.flatMap((task) => task.targets.filter((target) => target.name === name)),
  );
  if (found.length !== 1) throw new Error(`${String(found.length)} targets are named ${name}`);
  return found[0]!;
}

/** `{name: status}` of all targets, for comparing at a glance. */
export function statusByTarget(report: ReportV1, id?: string): Record<string, string> {
  return Object.fromEntries(targetsOf(report, id).map((target) => [target.name, target.status]));
}

import type { Step, Task } from '../generated/plan.v1.js';
import { stepKind } from '../steps/registry.js';

/** Whether tasks of a step that failed or whose end is not known may be done again, without harm. */
export function mayRepeat({ kind, spec }: Pick<Step, 'kind' | 'spec'>): boolean {
  return stepKind(kind).rerunnable(spec);
}

/** Whether a task that was stopped may be: what leaves a mark when it commits has committed nothing. */
export function mayRepeatStopped(
  step: Pick<Step, 'kind' | 'spec'>,
  { proof }: Pick<Task, 'proof'>,
): boolean {
  return proof !== 'tag' || mayRepeat(step);
}

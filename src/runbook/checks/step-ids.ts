import { nameStep, rawSteps } from '../content.js';
import type { Problem } from '../diagnostic.js';

/** Finds step ids that were given before. */
export function checkStepIds(content: unknown): readonly Problem[] {
  const first = new Map<string, number>();
  return rawSteps(content).flatMap((step): Problem[] => {
    if (step.id === undefined) return [];
    const earlier = first.get(step.id);
    first.set(step.id, earlier ?? step.index);
    if (earlier === undefined) return [];
    const message = `the id of ${nameStep(step)} is taken by step number ${String(earlier + 1)}`;
    return [{ code: 'duplicate-step-id', message, path: [...step.path, 'id'] }];
  });
}

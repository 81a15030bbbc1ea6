import type { TaskState } from './state.js';

/** Relations that one statement of the ledger looks at, some 30 ms. */
const MOST_TARGETS = 300;

/**
 * How many of the first tasks are worth one statement together. A statement for all packs that ended
 * would keep their workers' places empty for as long as the last one takes, again and again: those
 * that are launched together end together.
 */
export function countAtOnce(tasks: readonly TaskState[]): number {
  let targets = 0;
  const over = tasks.findIndex((task) => (targets += task.plan.targets.length) > MOST_TARGETS);
  return over < 0 ? tasks.length : Math.max(over, 1);
}

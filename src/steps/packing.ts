import type { Target } from '../generated/plan.v1.js';

/** A relation above this is worth a worker of its own: starting one costs what about 1 MB of work does. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** More relations in one statement would make one failure cost too many single attempts. */
const MAX_MEMBERS = 250;

/** Packs per worker: enough of them that workers end at about the same time. */
const PACKS_PER_WORKER = 2;

/** Every relation costs something, however small: a lock, catalog look-ups, a commit. */
const BASE_COST = 64 * 1024;

/**
 * Distributes relations over tasks: large ones alone, small ones several to a task, balanced by
 * size. The order is kept: of the tasks, by their first relation; within a task too.
 */
export function pack(targets: readonly Target[], concurrency: number): Target[][] {
  const small = targets.filter((target) => target.size_bytes <= SMALL_BYTES);
  const count = Math.max(
    Math.min(small.length, concurrency * PACKS_PER_WORKER),
    Math.ceil(small.length / MAX_MEMBERS),
  );
  const total = small.reduce((sum, target) => sum + cost(target), 0);
  const share = total / Math.max(count, 1);
  const tasks: Target[][] = [];
  let open: Target[] | undefined;
  let packs = 0;
  let packed = 0;
  for (const target of targets) {
    if (target.size_bytes > SMALL_BYTES) {
      tasks.push([target]);
      continue;
    }
    // Measured from the first pack on, so that what rounding leaves over makes no pack of its own.
    if (open === undefined || packed >= packs * share || open.length >= MAX_MEMBERS) {
      open = [];
      packs += 1;
      tasks.push(open);
    }
    open.push(target);
    packed += cost(target);
  }
  return tasks;
}

function cost(target: Target): number {
  return costOf(1, target.size_bytes);
}

/** What maintenance of relations costs, as bytes to read. */
export function costOf(relations: number, bytes: number): number {
  return relations * BASE_COST + bytes;
}

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Duration, Step, Task } from '../generated/plan.v1.js';
import type { PastWork } from '../ledger/history.js';
import { costOf } from '../steps/packing.js';
import { stepKind } from '../steps/registry.js';

/** What a task costs besides its work: a worker, a look at the catalogs before and after. */
const OVERHEAD_MS = 50;

type StepShape = Pick<Step, 'kind' | 'spec' | 'timeout_ms'>;
type TaskShape = Pick<Task, 'sql' | 'targets' | 'shares_targets'>;

/** How long work of cost 1 took, by what it was; sorted. */
type Rates = Map<string, number[]>;

/** Tells how long tasks take, by what the ledger remembers: sorted once, for a plan may have 40,000 tasks. */
export class Durations {
  readonly #same: Rates = new Map();
  readonly #similar: Rates = new Map();
  readonly #variants = new WeakMap<StepShape, string>();

  constructor(history: readonly PastWork[]) {
    for (const work of history) {
      const { kind, relation, relations, bytes, sql_md5: sqlMd5 } = work;
      const like = variant(work);
      const rate = work.ms / workCost(relations, bytes);
      put(
        this.#same,
        sameKey(like, kind, relation, () => sqlMd5),
        rate,
      );
      if (relations > 0) put(this.#similar, like, rate);
    }
    for (const rates of [...this.#same.values(), ...this.#similar.values()]) {
      rates.sort((a, b) => a - b);
    }
  }

  /**
   * Half of such tasks take p50 at most, nineteen of twenty p95, which one run tells nothing of: as this very work took before, scaled
   * by size; else as the same command took on other relations; else by a rough rate of its kind. Null
   * where nothing is known: SQL that never ran.
   * @param parts tasks that share the step's one table.
   */
  of(step: StepShape, task: TaskShape, parts: number): Duration | null {
    const { targets } = task;
    const bytes = workBytes(targets);
    if (bytes === null) return null;
    const cost = workCost(targets.length, bytes / (task.shares_targets ? parts : 1));
    const relation = targets.length === 1 ? (targets[0]?.name ?? null) : null;
    const like = this.#variantOf(step);
    const key = sameKey(like, step.kind, relation, () => md5(task.sql));
    const same = (key === undefined ? undefined : this.#same.get(key)) ?? [];
    if (same.length > 0) return fromPast('same', same, cost, step);
    const similar = this.#similar.get(like) ?? [];
    if (similar.length > 0 && targets.length > 0) return fromPast('similar', similar, cost, step);
    const rate = stepKind(step.kind).roughBytesPerSecond;
    if (rate === undefined) return null;
    return bounded('guess', OVERHEAD_MS + (1000 * cost) / rate, null, step);
  }

  #variantOf(step: StepShape): string {
    const known = this.#variants.get(step);
    if (known !== undefined) return known;
    const made = variant(step);
    this.#variants.set(step, made);
    return made;
  }
}

/** What is read or made; null where the size of a relation does not tell, and nothing else does. */
function workBytes(targets: TaskShape['targets']): number | null {
  let sum = 0;
  for (const { size_bytes: size, facts } of targets) {
    const { work_bytes: work = size } = facts;
    if (typeof work !== 'number') return null;
    sum += work;
  }
  return sum;
}

/** Work on no relation takes as long as it takes, whatever any size is. */
function workCost(relations: number, bytes: number): number {
  return relations === 0 ? 1 : costOf(relations, bytes);
}

function put(rates: Rates, key: string | undefined, rate: number): void {
  if (key === undefined) return;
  const list = rates.get(key);
  if (list === undefined) rates.set(key, [rate]);
  else list.push(rate);
}

/** What of a spec makes the same relation another piece of work. */
function variant({ kind, spec }: Pick<Step, 'kind' | 'spec'>): string {
  const { options, concurrently, set } = spec;
  return canonicalize([kind, options ?? null, concurrently ?? null, set ?? null]) ?? '';
}

/** Undefined for a pack of relations, which no other run packs just so. */
function sameKey(
  like: string,
  kind: string,
  relation: string | null,
  sqlMd5: () => string,
): string | undefined {
  if (relation !== null) return `${like} ${relation}`;
  return kind === 'sql' ? `sql ${sqlMd5()}` : undefined;
}

function fromPast(
  basis: Duration['basis'],
  rates: readonly number[],
  cost: number,
  step: StepShape,
): Duration {
  const late = rates.length > 1 ? cost * quantile(rates, 0.95) : null;
  return bounded(basis, cost * quantile(rates, 0.5), late, step);
}

/** No task takes longer than its timeout. */
function bounded(
  basis: Duration['basis'],
  p50: number,
  p95: number | null,
  { timeout_ms: timeout }: StepShape,
): Duration {
  const within = (ms: number): number => Math.round(Math.min(ms, timeout));
  return { basis, p50_ms: within(p50), p95_ms: p95 === null ? null : within(p95) };
}

/** The nearest-rank quantile of sorted numbers. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}

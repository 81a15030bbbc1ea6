import type { WorkerLook } from '../../postgres/worker-progress.js';

export type Unit = 'bytes' | 'blocks' | 'rows' | 'indexes' | 'transactions' | 'tables';

/** How far a command has come with what it does right now. */
export interface Measure {
  /** As PostgreSQL calls it. */
  readonly phase: string;
  /** Undefined in phases of which PostgreSQL counts nothing. */
  readonly count:
    { readonly done: number; readonly total: number; readonly unit: Unit } | undefined;
  /** Tells rounds of one phase apart: a command may come back to it. */
  readonly round: number;
  /** The process that a concurrent build waits for. */
  readonly waitsFor: number | undefined;
}

type Facts = WorkerLook['facts'];

/** What is counted in a phase: by the columns done and in all, the first that fits. */
interface Counted {
  readonly phase: RegExp;
  readonly done: string;
  readonly total: string;
  readonly unit: Unit;
}

/**
 * A phase keeps the counts of the one before it in its row, so each is read only in its own.
 * @see https://www.postgresql.org/docs/current/progress-reporting.html
 */
const COUNTED: Readonly<Record<string, readonly Counted[]>> = {
  vacuum: [
    {
      phase: /^scanning heap/,
      done: 'heap_blks_scanned',
      total: 'heap_blks_total',
      unit: 'blocks',
    },
    {
      phase: /^vacuuming heap/,
      done: 'heap_blks_vacuumed',
      total: 'heap_blks_total',
      unit: 'blocks',
    },
    // From PostgreSQL 17 on.
    { phase: /indexes$/, done: 'indexes_processed', total: 'indexes_total', unit: 'indexes' },
  ],
  analyze: [
    {
      phase: /sample rows$/,
      done: 'sample_blks_scanned',
      total: 'sample_blks_total',
      unit: 'blocks',
    },
  ],
  create_index: [
    { phase: /^waiting/, done: 'lockers_done', total: 'lockers_total', unit: 'transactions' },
    { phase: /loading tuples/, done: 'tuples_done', total: 'tuples_total', unit: 'rows' },
    {
      phase: /scanning|^building index$/,
      done: 'blocks_done',
      total: 'blocks_total',
      unit: 'blocks',
    },
  ],
  cluster: [
    { phase: /^seq scanning/, done: 'heap_blks_scanned', total: 'heap_blks_total', unit: 'blocks' },
  ],
  copy: [{ phase: /./, done: 'bytes_processed', total: 'bytes_total', unit: 'bytes' }],
};

/** Reads a row of a progress view; undefined for a worker that has none. */
export function measureOf({ command, facts }: WorkerLook): Measure | undefined {
  if (command === null) return undefined;
  const phase = typeof facts['phase'] === 'string' ? facts['phase'] : copyPhase(facts);
  const counted = COUNTED[command]?.find((one) => one.phase.test(phase));
  const done = numberOf(facts, counted?.done);
  const total = numberOf(facts, counted?.total);
  const locker = numberOf(facts, 'current_locker_pid');
  return {
    phase,
    count:
      counted === undefined || total <= 0
        ? undefined
        : { done: Math.min(done, total), total, unit: counted.unit },
    round: numberOf(facts, 'index_vacuum_count'),
    waitsFor: phase.startsWith('waiting') && locker > 0 ? locker : undefined,
  };
}

function copyPhase(facts: Facts): string {
  return typeof facts['type'] === 'string' ? 'copying' : '';
}

function numberOf(facts: Facts, column: string | undefined): number {
  const value = Number(column === undefined ? 0 : (facts[column] ?? 0));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

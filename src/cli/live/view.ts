import type { RunLook, Wait } from '../../engine/live.js';
import { budgetTag, workerNamePrefix } from '../../model/identity.js';
import { mergeBudgets } from '../../model/places.js';
import { isFailure, isFinal } from '../../model/status.js';
import { listSome } from '../../model/phrases.js';
import { readTasks, type Reading } from './reading.js';
import { etaOf, rateOf, track, type Track } from './track.js';

/** Who shows the view: the engine itself, or somebody who waits or looks on. */
export type Watcher = 'engine' | 'wait' | 'follow';

/** A line of the view: something that runs. */
export interface ViewRow extends Reading {
  /** 0 to 1, of the phase or the walk; undefined where nothing tells. */
  readonly share: number | undefined;
  /** Of its unit, in a second. */
  readonly rate: number | undefined;
  readonly etaMs: number | undefined;
  /** For how long it runs. */
  readonly elapsedMs: number | undefined;
}

/** How much of a budget is in use. */
export interface SlotUse {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** All that is shown, as data. */
export interface View {
  readonly watcher: Watcher;
  readonly runId: string;
  readonly runbook: string;
  readonly status: string;
  readonly elapsedMs: number;
  /** Null: the run has no window. */
  readonly windowLeftMs: number | null;
  readonly counts: Counts;
  readonly slots: readonly SlotUse[];
  readonly serverSlots: { readonly used: number; readonly max: number; readonly keepFree: number };
  readonly rows: readonly ViewRow[];
  /** PIDs of those that look after detached steps. */
  readonly supervisors: readonly number[];
  readonly waits: readonly string[];
  /** What comes later, by what it waits for. */
  readonly next: readonly string[];
  /** True once it was asked to stop. */
  readonly stopping: boolean;
  /** How old the look at the server is. */
  readonly silentMs: number;
  /** False when what is watched has no engine any more. */
  readonly reason: string | null;
  readonly blockSize: number;
}

/** Tasks by what they have come to. */
export interface Counts {
  readonly all: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly running: number;
  readonly detached: number;
  readonly waiting: number;
}

export type Tracks = ReadonlyMap<string, Track>;

/** Takes over what a look tells of everything that runs; what has ended is forgotten. Pure. */
export function trackAll(before: Tracks, readings: readonly Reading[]): Tracks {
  return new Map(
    readings.flatMap(({ id, counted }) =>
      counted === undefined ? [] : [[id, track(before.get(id), counted.sample)] as const],
    ),
  );
}

export interface Shown {
  readonly look: RunLook;
  readonly tracks: Tracks;
  readonly watcher: Watcher;
  readonly stopping: boolean;
}

/** What is shown of a look at a moment, which may be later. Pure. */
export function makeView({ look, tracks, watcher, stopping }: Shown, now: number): View {
  const { report, server } = look;
  const { run, runbook } = report;
  const rows = readTasks(look).map((reading) => toRow(reading, tracks.get(reading.id), now));
  return {
    watcher,
    runId: run.id,
    runbook: `${runbook.name} ${String(runbook.version)}`,
    status: run.status,
    elapsedMs: Math.max(0, now - timeOf(run.started_at, now)),
    windowLeftMs:
      run.window_ends_at === null ? null : Math.max(0, timeOf(run.window_ends_at, now) - now),
    counts: countTasks(look, rows),
    slots: slotsOf(look),
    serverSlots: {
      used: server.used,
      max: server.max_worker_processes,
      keepFree: report.budget.keep_free,
    },
    rows,
    supervisors: server.workers
      .filter((worker) => worker.application_name.endsWith('/supervisor'))
      .map((worker) => worker.pid),
    waits: look.waits.map((wait) => describeWait(wait, now)),
    next: nextSteps(look),
    stopping,
    silentMs: Math.max(0, now - look.at),
    reason: run.reason,
    blockSize: server.block_size,
  };
}

function toRow(reading: Reading, known: Track | undefined, now: number): ViewRow {
  const { counted, launchedAt } = reading;
  const current = counted !== undefined && known?.key === counted.sample.key ? known : undefined;
  const share = current?.share;
  return {
    ...reading,
    // Of an estimate, nobody knows that it is all.
    share:
      share === undefined ? undefined : Math.min(share, counted?.estimated === true ? 0.99 : 1),
    rate: current === undefined || reading.waits !== '' ? undefined : rateOf(current),
    etaMs: current === undefined || reading.waits !== '' ? undefined : etaOf(current),
    elapsedMs: launchedAt === null ? undefined : Math.max(0, now - launchedAt),
  };
}

function countTasks({ report }: RunLook, rows: readonly ViewRow[]): Counts {
  const counts = { all: 0, done: 0, failed: 0, skipped: 0, running: 0, detached: 0, waiting: 0 };
  const runs = new Set(rows.map(({ id }) => id));
  for (const step of report.steps) {
    for (const { id, status } of step.tasks) {
      counts.all += 1;
      if (status === 'succeeded') counts.done += 1;
      else if (status === 'skipped') counts.skipped += 1;
      else if (isFailure(status) || status === 'unknown') counts.failed += 1;
      else if (step.status === 'detached') counts.detached += 1;
      else if (status === 'running' || runs.has(id)) counts.running += 1;
      else counts.waiting += 1;
    }
  }
  return counts;
}

/** The run's own workers, all of pg-runbook on the server, and each named budget of the runbook. */
function slotsOf({ report, plan, server }: RunLook): SlotUse[] {
  const { budget, run } = report;
  const names = server.our_names;
  const prefix = workerNamePrefix(run.id);
  const own = names.filter((name) => name.startsWith(prefix)).length;
  return [
    { name: 'workers', used: own, limit: budget.workers },
    ...(budget.server_workers === null
      ? []
      : [{ name: 'server', used: names.length, limit: budget.server_workers }]),
    ...Object.entries(mergeBudgets(plan)).map(([name, limit]) => ({
      name,
      used: names.filter((worker) => worker.includes(budgetTag(name))).length,
      limit,
    })),
  ];
}

function describeWait({ kind, why, until }: Wait, now: number): string {
  if (until === undefined) return kind === 'slot' ? `no worker slot: ${why}` : why;
  return `${why} in ${String(Math.max(1, Math.ceil((until - now) / 1_000)))}s`;
}

const MOST_NEEDS = 3;

/** Steps of which something has not been launched, and what for. */
function nextSteps({ report, plan }: RunLook): string[] {
  return report.steps.flatMap((step, index) => {
    const planned = plan[index];
    const waiting = step.tasks.filter(({ status }) => status === 'pending').length;
    if (planned === undefined || waiting === 0 || step.status === 'detached') return [];
    const open = planned.needs.filter((id) => {
      const need = report.steps.find((other) => other.id === id);
      return need !== undefined && !isFinal(need.status) && planned.after === 'ended';
    });
    const running = step.tasks.filter(({ status }) => status === 'running').length;
    const why =
      open.length > 0
        ? `after ${listSome(open, MOST_NEEDS)}`
        : running >= planned.concurrency
          ? `${String(planned.concurrency)} at once`
          : '';
    const tasks = `${String(waiting)} of ${String(step.tasks.length)}`;
    return [`${step.id} (${[tasks, why].filter((text) => text !== '').join(', ')})`];
  });
}

function timeOf(text: string | null, otherwise: number): number {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? otherwise : ms;
}

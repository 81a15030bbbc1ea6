import type { Attempt, ReportV1, Step, Task } from '../generated/report.v1.js';
import type { TaskStatus } from '../model/status.js';
import { parseTime } from './times.js';

/** One attempt of a task, in the lane of a worker slot. */
export interface Bar {
  readonly task: string;
  readonly status: TaskStatus;
  /** Which attempt it was, and of how many. */
  readonly attempt: number;
  readonly attempts: number;
  readonly from: number;
  readonly to: number;
  /** True for one that has not ended. */
  readonly open: boolean;
}

/** Bars that never overlap: what one worker slot did. */
export type Lane = readonly Bar[];

export interface StepBar {
  readonly step: string;
  readonly status: TaskStatus;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** When half of such work has ended, by earlier runs: a guess is no plan. */
  readonly planned: number | undefined;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly Lane[];
  readonly steps: readonly StepBar[];
}

/**
 * Who worked when. Tasks get the first lane in which none of their attempts would overlap, so that there
 * are as many lanes as workers were at work at once. Undefined when nothing was launched. Pure.
 */
export function timelineOf({ run, steps }: ReportV1): Timeline | undefined {
  const tasks = steps.flatMap((step) => step.tasks);
  const times = tasks.flatMap(({ attempts }) => attempts.flatMap(momentsOf));
  if (times.length === 0) return undefined;
  const known = (text: string | null): number[] => [parseTime(text) ?? []].flat();
  const all = [...times, ...known(run.started_at), ...known(run.finished_at)];
  const [from, to] = [lowest(all), highest(all)];
  return {
    from,
    to: Math.max(to, from + 1),
    lanes: assignLanes(tasks.map((task) => barsOf(task, to)).filter((bars) => bars.length > 0)),
    steps: steps.map((step) => stepBar(step, to)),
  };
}

function stepBar(
  { id, status, started_at: start, finished_at: end, expected }: Step,
  now: number,
): StepBar {
  const from = parseTime(start);
  if (from === undefined) return { step: id, status, from, to: undefined, planned: undefined };
  const guessed = expected === null || expected.basis === 'guess';
  const planned = guessed ? undefined : from + expected.p50_ms;
  return { step: id, status, from, to: Math.max(from, parseTime(end) ?? now), planned };
}

/** As many as Math.min takes arguments are not enough. */
const lowest = (all: readonly number[]): number => all.reduce((a, b) => Math.min(a, b));
const highest = (all: readonly number[]): number => all.reduce((a, b) => Math.max(a, b));

function momentsOf({ launched_at: start, finished_at: end }: Attempt): number[] {
  return [parseTime(start), parseTime(end)].filter((ms) => ms !== undefined);
}

function barsOf({ id, attempts }: Task, end: number): Bar[] {
  return attempts.flatMap((attempt) => {
    const from = parseTime(attempt.launched_at);
    if (from === undefined) return [];
    const to = parseTime(attempt.finished_at);
    const { status, number } = attempt;
    const bar = { task: id, status, attempt: number, attempts: attempts.length, from };
    return [{ ...bar, to: Math.max(from, to ?? end), open: to === undefined }];
  });
}

const startOf = (bars: readonly Bar[]): number => bars[0]?.from ?? 0;

function assignLanes(tasks: readonly (readonly Bar[])[]): Bar[][] {
  const lanes: { all: Bar[]; open: Bar[] }[] = [];
  for (const bars of tasks.toSorted((a, b) => startOf(a) - startOf(b))) {
    const now = startOf(bars);
    let lane = lanes.find((one) => {
      // Tasks come by their start: what has ended by now is in nobody's way any more.
      one.open = one.open.filter(({ to }) => to > now);
      return bars.every((bar) => one.open.every((other) => !overlap(bar, other)));
    });
    if (lane === undefined) {
      lane = { all: [], open: [] };
      lanes.push(lane);
    }
    lane.all.push(...bars);
    lane.open.push(...bars);
  }
  return lanes.map(({ all }) => all.toSorted((a, b) => a.from - b.from));
}

function overlap(a: Bar, b: Bar): boolean {
  return a.from < b.to && b.from < a.to;
}

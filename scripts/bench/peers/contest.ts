import { median } from '../statistics.js';

/** One work, done by us and by a peer, in turn, on the same data. */
export interface Contest {
  readonly name: string;
  readonly peer: string;
  /** How the two are compared, and what we want to reach. */
  readonly goal: { readonly by: 'ratio' | 'difference'; readonly most: number };
  /** A bound on our own median as well, in ms. */
  readonly mostMs?: number;
  readonly rounds: number;
  /** Brings the data into the same state before each measurement. */
  readonly reset?: () => Promise<void>;
  /** Milliseconds. */
  readonly ours: () => Promise<number>;
  readonly theirs: () => Promise<number>;
}

export interface ContestResult {
  readonly name: string;
  readonly peer: string;
  readonly ours_ms: readonly number[];
  readonly theirs_ms: readonly number[];
  readonly ours_median_ms: number;
  readonly theirs_median_ms: number;
  /** Ours by theirs, or ours less theirs in ms. */
  readonly figure: number;
  readonly goal: string;
  readonly met: boolean;
}

/** Runs the rounds A B A B, after one of each that is not counted: caches are warm for both. */
export async function compete(contest: Contest): Promise<ContestResult> {
  const { name, peer, goal, rounds } = contest;
  const reset = contest.reset ?? (() => Promise.resolve());
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round += 1) {
    await reset();
    const a = await contest.ours();
    await reset();
    const b = await contest.theirs();
    if (round < 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const [a, b] = [median(ours), median(theirs)];
  const figure = goal.by === 'ratio' ? a / b : a - b;
  return {
    name,
    peer,
    ours_ms: ours.map(round1),
    theirs_ms: theirs.map(round1),
    ours_median_ms: round1(a),
    theirs_median_ms: round1(b),
    figure: Math.round(figure * 100) / 100,
    goal: describeGoal(contest),
    met: figure <= goal.most && a <= (contest.mostMs ?? Infinity),
  };
}

function describeGoal({ goal, mostMs }: Contest): string {
  const most = goal.by === 'ratio' ? goal.most.toFixed(2) : `+${String(goal.most)} ms`;
  return `≤ ${most}${mostMs === undefined ? '' : `, ≤ ${String(mostMs)} ms`}`;
}

const round1 = (ms: number): number => Math.round(ms * 10) / 10;

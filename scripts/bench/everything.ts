import { writeFileSync } from 'node:fs';
import { say } from '../db/log.js';
import { ensureBuilt } from '../demo/program.js';
import { table } from '../demo/text.js';
import { describeMachine, withBenchServer, type BenchServer } from './bench-server.js';
import { engineCost } from './limits/engine-cost.js';
import { latency } from './limits/latency.js';
import type { LimitResult } from './limits/limit.js';
import { memory } from './limits/memory.js';
import { offline } from './limits/offline.js';
import { compete, type ContestResult } from './peers/contest.js';
import {
  backfill,
  indexes,
  overhead,
  sizedTables,
  smallTables,
  type Prepare,
} from './peers/contests.js';

/** Beside what people use today, by the names under which one alone can be run. */
export const CONTESTS: Readonly<Record<string, Prepare>> = {
  overhead,
  'small-1000': smallTables(1_000, 7),
  'small-10000': smallTables(10_000, 3),
  sized: sizedTables,
  indexes,
  backfill,
};

/** What we cost, by itself. */
export const LIMITS: Readonly<Record<string, (server: BenchServer) => Promise<LimitResult[]>>> = {
  offline,
  'engine-cost': engineCost,
  latency,
  memory,
};

const RESULTS = 'bench-results.json';

/**
 * Measures, prints and writes {@link RESULTS}.
 * @returns false when a goal or a limit was missed.
 */
export async function bench(names: readonly string[]): Promise<boolean> {
  await ensureBuilt();
  const contests: ContestResult[] = [];
  const limits: LimitResult[] = [];
  const machine = await withBenchServer(async (server) => {
    for (const name of names) {
      say(`bench: ${name}`);
      for (const contest of (await CONTESTS[name]?.(server)) ?? []) {
        contests.push(await compete(contest));
      }
      limits.push(...((await LIMITS[name]?.(server)) ?? []));
    }
    return describeMachine(server.uri);
  });
  const result = { machine, contests, limits };
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
  const texts = [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
    ...(contests.length > 0 ? [describeContests(contests)] : []),
    ...(limits.length > 0 ? [describeLimits(limits)] : []),
  ];
  process.stdout.write(`${texts.join('\n\n')}\n\nresults: ${RESULTS}\n`);
  return [...contests, ...limits].every(({ met }) => met);
}

function describeContests(contests: readonly ContestResult[]): string {
  const rows = contests.map((one) => [
    one.name,
    one.peer,
    duration(one.ours_median_ms),
    duration(one.theirs_median_ms),
    one.figure.toFixed(2),
    one.goal,
    verdict(one.met),
  ]);
  const head = ['work', 'peer', 'ours', 'theirs', 'figure', 'goal', ''];
  return table([head, ...rows], [2, 3, 4]);
}

function describeLimits(limits: readonly LimitResult[]): string {
  const rows = limits.map(({ name, figure, unit, limit, met }) => [
    name,
    String(figure),
    `≤ ${String(limit)} ${unit}`,
    verdict(met),
  ]);
  return table([['what', 'figure', 'limit', ''], ...rows], [1]);
}

function verdict(met: boolean): string {
  return met ? 'met' : 'MISSED';
}

function duration(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

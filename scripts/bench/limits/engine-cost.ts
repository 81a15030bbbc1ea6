import type { BenchServer } from '../bench-server.js';
import { runRunbook, type Command } from '../ours.js';
import { limited, type LimitResult } from './limit.js';

const WORKERS = 8;
/** What begins and ends a run is in both, and so in neither's difference. */
const [SHORT_S, LONG_S] = [5, 60];

function sleeping(seconds: number): string {
  return Array.from(
    { length: WORKERS },
    (_, i) => `- id: s${String(i)}\n  sql: SELECT pg_sleep(${String(seconds)})`,
  ).join('\n');
}

/** What an engine costs while its workers work: its own processor time, and queries. */
export async function engineCost(server: BenchServer): Promise<LimitResult[]> {
  const uri = await server.database('engine_cost');
  const costOf = (seconds: number): Promise<Command> =>
    runRunbook(uri, sleeping(seconds), { workers: WORKERS, usage: 'told' });
  const [short, long] = [await costOf(SHORT_S), await costOf(LONG_S)];
  const share = (long.cpuMs - short.cpuMs) / ((LONG_S - SHORT_S) * 1000);
  const queries = (long.queries - short.queries) / (LONG_S - SHORT_S);
  return [
    limited('processor time of the engine, 8 workers for 60 s', share * 100, 1, '% of a core'),
    limited('queries of the engine meanwhile', queries, 6, '/s'),
  ];
}

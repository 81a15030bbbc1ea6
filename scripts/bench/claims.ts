import { randomInt } from 'node:crypto';
import { ensureBuilt } from '../demo/program.js';
import { withBenchServer } from './bench-server.js';
import { tryClaim, type Seen } from './claims/claims.js';

const DEFAULT_RUNS = 500;
/** Each has a database of its own. */
const LANES = 3;

/**
 * Runs small runbooks of all kinds while a second session changes what they work on, and compares every status with the
 * database. A run is told by its seed, and `claims 1 SEED` has it again.
 * @param args how many runs, and the first seed.
 * @throws when the database contradicts a status.
 */
export async function benchClaims([runs, first]: readonly string[]): Promise<string> {
  await ensureBuilt();
  const count = Number(runs ?? DEFAULT_RUNS);
  const seed = Number(first ?? randomInt(1_000_000_000));
  process.stderr.write(`seed ${String(seed)}\n`);
  const seen = await withBenchServer(async (server) => {
    const seeds = Array.from({ length: count }, (_, index) => seed + index);
    const databases: string[] = [];
    // One after another: on a new server each of them would make the extension's role.
    for (let lane = 0; lane < LANES; lane += 1) {
      databases.push(await server.database(`claims_${String(lane)}`));
    }
    const lanes = databases.map(async (uri) => {
      const mine: Seen[] = [];
      for (let next = seeds.shift(); next !== undefined; next = seeds.shift()) {
        const one = await tryClaim(uri, next);
        if (one.wrong.length > 0) process.stderr.write(`${JSON.stringify(one)}\n`);
        mine.push(one);
      }
      return mine;
    });
    return (await Promise.all(lanes)).flat();
  });
  const wrong = seen.filter((one) => one.wrong.length > 0);
  const told = `seed ${String(seed)}: ${String(seen.length)} runs (${countBy(seen)}), ${String(wrong.length)} contradicted`;
  if (wrong.length > 0) throw new Error(told);
  return told;
}

function countBy(seen: readonly Seen[]): string {
  const counts = new Map<string, number>();
  for (const { status } of seen) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, n]) => `${String(n)} ${status}`).join(', ');
}

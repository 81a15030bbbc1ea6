/**
 * `npm run bench -- NAME`: measures against what one would do without pg-runbook, in the same run
 * on the same server. Benches are no tests: they print figures, and fail only when they cannot measure.
 */
import { benchBackfill } from './backfill.js';
import { benchBeside } from './beside.js';
import { benchInventory } from './inventory.js';
import { benchPlan } from './plan.js';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  backfill: benchBackfill,
  beside: benchBeside,
  inventory: benchInventory,
  plan: benchPlan,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${await bench(args)}\n`);
}

/**
 * `npm run bench`: measures us beside our peers, on a server of its own, in one run, and what we cost;
 * `npm run bench -- NAME…` only some of it. Benches are no tests: they print figures, and end with 1 when a
 * goal was missed.
 */
import { benchBackfill } from './backfill.js';
import { benchBeside } from './beside.js';
import { benchClaims } from './claims.js';
import { bench, CONTESTS, LIMITS } from './everything.js';
import { benchInventory } from './inventory.js';
import { benchPlan } from './plan.js';

const MEASURED = [...Object.keys(CONTESTS), ...Object.keys(LIMITS)];

/** What says more than one figure can, each by itself. */
const TOLD: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  'point-updates': benchBackfill,
  beside: benchBeside,
  claims: benchClaims,
  inventory: benchInventory,
  plan: benchPlan,
};

const names = process.argv.slice(2);
const [name = '', ...args] = names;
const told = Object.hasOwn(TOLD, name) ? TOLD[name] : undefined;
if (told !== undefined) {
  process.stdout.write(`${await told(args)}\n`);
} else if (names.every((one) => MEASURED.includes(one))) {
  if (!(await bench(names.length === 0 ? MEASURED : names))) process.exitCode = 1;
} else {
  process.stderr.write(
    `usage: npm run bench [-- ${[...MEASURED, ...Object.keys(TOLD)].join(' | ')}]\n`,
  );
  process.exitCode = 2;
}

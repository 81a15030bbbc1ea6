import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { tryClaim } from '../../scripts/bench/claims/claims.js';
import { useTestDatabase } from '../support/database.js';

const db = await useTestDatabase();
const RUNS = 10;

/** `npm run bench -- claims 1 SEED` has one again; without arguments it runs 500. */
it(
  'no status is contradicted by the database, whatever others change meanwhile',
  { timeout: 180_000 },
  async () => {
    const first = randomInt(1_000_000_000);
    for (let seed = first; seed < first + RUNS; seed += 1) {
      const { wrong, scenario, status } = await tryClaim(db.uri, seed);
      expect(wrong, `seed ${String(seed)}: ${status}, ${JSON.stringify(scenario)}`).toEqual([]);
    }
  },
);

import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabases } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

/** One seed: `PG_RUNBOOK_PLAY=4711 npx vitest run test/db/core/simulation.test.ts`; fewer of them: PG_RUNBOOK_PLAYS. */
const only = process.env['PG_RUNBOOK_PLAY'];
const PLAYS = only === undefined ? Number(process.env['PG_RUNBOOK_PLAYS'] ?? 10_000) : 1;
const AT_ONCE = 2;
const first = only === undefined ? randomInt(1, 900_000) : Number(only);

const databases = await useTestDatabases(AT_ONCE);
const world = readFileSync(new URL('simulation.sql', import.meta.url), 'utf8');
for (const db of databases) {
  await withSession(connectionTo(db), migrateLedger);
  await db.query(world);
}

it(`${String(PLAYS)} random schedules, with crashes, losses and jumps of the clock, come to a true end`, async () => {
  const each = Math.ceil(PLAYS / AT_ONCE);
  const found = await Promise.all(
    databases.map(async (db, index) => {
      const client = await db.connect();
      // Nothing of a play outlives the server.
      await client.query('set synchronous_commit = off');
      await client.query('set search_path = pg_catalog, pg_temp, public');
      const { rows } = await client.query<{ p_found: { seed: number; trouble: string }[] }>(
        'call sim.play_many($1, $2, null)',
        [first + index * each, only === undefined ? each : Number(index === 0)],
      );
      return rows[0]?.p_found ?? [];
    }),
  );
  console.log(`${String(PLAYS)} plays from seed ${String(first)}`);
  expect(found.flat()).toEqual([]);
}, 900_000);

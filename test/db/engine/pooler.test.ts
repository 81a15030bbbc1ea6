import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { Core } from '../../../src/ledger/core.js';
import { BackgroundClient } from '../../../src/postgres/background/client.js';
import { canonicalDialect } from '../../../src/postgres/background/canonical.js';
import { resolveConnection } from '../../../src/postgres/connection-settings.js';
import { Session } from '../../../src/postgres/session.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();

it('a pooler that hands out another server session is refused with exit 3', async () => {
  const connection = resolveConnection(db.uri, {});
  const sessions = [
    await Session.open(connection, 'one', 60_000),
    await Session.open(connection, 'two', 60_000),
  ];
  let calls = 0;
  // What a pooler in transaction mode does: each transaction may meet another server session.
  const pooled = new Proxy(sessions[0] as Session, {
    get: () => (sql: string) => sessions[calls++ % 2]?.query(sql),
  });
  const client = new BackgroundClient(canonicalDialect(EXTENSION_SCHEMA), pooled);
  await expect(client.poll()).resolves.toEqual([]);
  await expect(client.poll()).rejects.toMatchObject({ code: 'pooler_between', exitCode: 3 });
  for (const session of sessions) await session.close();
});

it('the core refuses another server session than its driver’s, too', async () => {
  await withSession(connectionTo(db), migrateLedger);
  const [one, two] = [
    await Session.open(connectionTo(db), 'one', 60_000),
    await Session.open(connectionTo(db), 'two', 60_000),
  ];
  const core = new Core(two, 'R');
  core.begin({ pid: one.identity?.pid });
  const told = { heard: {}, overflowed: [], stopped_by: null };
  await expect(core.tick(told)).rejects.toMatchObject({ code: 'pooler_between', exitCode: 3 });
  await one.close();
  await two.close();
});

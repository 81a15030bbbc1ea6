import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import {
  cancelWorker,
  command,
  findWorkers,
  noWorkersIn,
  openBackground,
  outcomeOf,
  workersIn,
  workingIdentity,
} from '../support/background.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);
const SLEEP = command('select pg_sleep(60)::text');

describe('trap 6: a handle belongs to the session that launched', () => {
  it('another session neither reads nor stops the worker through it', async () => {
    const owner = await openBackground(db);
    const other = await openBackground(db);
    const handle = await owner.client.launch(SLEEP);
    await workingIdentity(db, owner.client, handle);
    expect(await other.client.poll()).toEqual([]);
    await expect(other.client.readResult(handle)).resolves.toMatchObject({ type: 'silent' });
    await other.client.cancel(handle);
    await other.client.detach(handle);
    expect(await workersIn(db)).toEqual([handle.pid]);
    await owner.client.cancel(handle);
    await outcomeOf(owner.client, handle);
  });

  it('a worker outlives its session, and another finds and stops it by its identity', async () => {
    const owner = await openBackground(db);
    const handle = await owner.client.launch(SLEEP);
    const identity = await workingIdentity(db, owner.client, handle);
    await owner.session.close();
    const { session } = await openBackground(db);
    expect(await findWorkers(session, identity.applicationName)).toContainEqual(identity);
    expect(await cancelWorker(session, identity)).toBe(true);
    await noWorkersIn(db);
  });
});

describe('trap 7: a PID gets reused; only pid, backend_start and application_name name a worker', () => {
  it('another backend_start or application_name with the real PID signals nobody', async () => {
    const { client } = await openBackground(db);
    const { session } = await openBackground(db);
    const handle = await client.launch(SLEEP);
    const identity = await workingIdentity(db, client, handle);
    const strangers = [
      { ...identity, backendStart: '2020-01-01 00:00:00+00' },
      { ...identity, applicationName: 'pg-runbook/test/step/2' },
      { ...identity, applicationName: 'pg-runbook/test/step/11' },
    ];
    for (const stranger of strangers) expect(await cancelWorker(session, stranger)).toBe(false);
    expect(await workersIn(db)).toEqual([handle.pid]);
    expect(await cancelWorker(session, identity)).toBe(true);
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ sqlstate: '57014' });
  });

  it('a stranger that is no worker is untouched, whatever its application_name says', async () => {
    const applicationName = 'pg-runbook/test/step/1';
    const stranger = await db.connect({ application_name: applicationName });
    const sleeping = stranger.query("select 'slept' as it from pg_sleep(1)");
    const { rows } = await db.query<{ pid: number; start: string }>(
      `select pid, backend_start::text as start from pg_stat_activity
        where application_name = $1 and datname = current_database()`,
      [applicationName],
    );
    const { session } = await openBackground(db);
    const [{ pid, start } = { pid: 0, start: '' }] = rows;
    expect(await cancelWorker(session, { pid, backendStart: start, applicationName })).toBe(false);
    expect((await sleeping).rows).toEqual([{ it: 'slept' }]);
  });
});

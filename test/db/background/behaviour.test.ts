import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import {
  cancelWorker,
  command,
  findWorkers,
  DIALECTS,
  identityOf,
  noWorkersIn,
  openBackground,
  outcomeOf,
  stateOf,
  until,
  workersIn,
  workingIdentity,
} from '../support/background.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);
await db.query('create table work (dialect text, note text)');

const count = async (dialect: string, note: string): Promise<number> => {
  const where = 'where dialect = $1 and note = $2';
  const [row] = await db.rows<{ n: number }>(`select count(*)::int as n from work ${where}`, [
    dialect,
    note,
  ]);
  return row?.n ?? -1;
};

/** SIGTERM shows as a cancelled statement on 2.x and as a shutdown on 1.8. */
const STOPPED: unknown = expect.stringMatching(/^57(014|P01)$/);
const UNKNOWN_HANDLE = { pid: 1, cookie: '-9007199254740993' };

describe.each(DIALECTS)('pg_background %s', (name, dialect) => {
  const note = (text: string): string => `insert into work values ('${name}', '${text}')`;

  it('success: the work is done, with its tag', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command(`${note('good')}; select 'ok'::text`));
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ type: 'completed' });
    expect(await count(name, 'good')).toBe(1);
    expect(await client.poll()).toEqual([]);
  });

  it('an error keeps SQLSTATE, message, detail and hint, and nothing of the work', async () => {
    const { client } = await openBackground(db, dialect);
    const raise =
      "do $$ begin raise 'what: %', 7 using errcode = 'P0077', detail = 'why', hint = 'so'; end $$";
    const handle = await client.launch(command(`${note('bad')}; ${raise}`));
    await expect(outcomeOf(client, handle)).resolves.toEqual({
      type: 'error',
      sqlstate: 'P0077',
      message: 'what: 7',
      detail: 'why',
      hint: 'so',
    });
    expect(await count(name, 'bad')).toBe(0);
  });

  it('a syntax error is an outcome, not a refusal to launch', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command('selec 1'));
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ sqlstate: '42601' });
  });

  it('cancelled by identity: 57014, and the work is rolled back', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command(`${note('cancel')}; select pg_sleep(60)::text`));
    const identity = await workingIdentity(db, client, handle);
    const observer = await openBackground(db);
    expect(await cancelWorker(observer.session, identity)).toBe(true);
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({
      type: 'error',
      sqlstate: '57014',
    });
    expect(await count(name, 'cancel')).toBe(0);
    await noWorkersIn(db);
  });

  it('cancelled by handle: it ends, its work is rolled back, others live on', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command(`${note('term')}; select pg_sleep(60)::text`));
    const other = await client.launch(command('select pg_sleep(60)::text'));
    await workingIdentity(db, client, handle);
    await workingIdentity(db, client, other);
    await client.cancel(handle);
    const outcome = await outcomeOf(client, handle);
    expect(outcome).toMatchObject({
      type: 'error',
      sqlstate: STOPPED,
    });
    expect(await count(name, 'term')).toBe(0);
    expect(await workersIn(db)).toEqual([other.pid]);
    await client.cancel(other);
    await outcomeOf(client, other);
  });

  it('terminated by an administrator: an error, never success', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command(`${note('admin')}; select pg_sleep(60)::text`));
    await workingIdentity(db, client, handle);
    await db.query('select pg_terminate_backend($1)', [handle.pid]);
    expect(await outcomeOf(client, handle)).toMatchObject({
      type: 'error',
      sqlstate: STOPPED,
    });
    expect(await count(name, 'admin')).toBe(0);
  });

  it('other columns than ours: what is known stays, and nothing is invented', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command(`${note('columns')}; select 1, 'two'::text`));
    const outcome = await outcomeOf(client, handle);
    if (dialect.resultInfo === undefined) {
      expect(outcome).toMatchObject({ type: 'silent', gone: true });
    } else {
      expect(outcome).toMatchObject({ type: 'completed', commandTag: 'SELECT', rowCount: 1 });
    }
    expect(await count(name, 'columns')).toBe(1);
    expect(await client.poll()).toEqual([]);
  });

  it('several at once: each handle has its own outcome', async () => {
    const { client } = await openBackground(db, dialect);
    const handles = [];
    for (const i of [1, 2, 3, 4, 5]) {
      const fail = i % 2 === 0 ? 'select 1/0' : "select 'ok'::text";
      const applicationName = `pg-runbook/several/step/${String(i)}`;
      handles.push(
        await client.launch(command(`${note(`at-${String(i)}`)}; ${fail}`, { applicationName })),
      );
    }
    for (const [index, handle] of handles.entries()) {
      const failed = index % 2 === 1;
      const outcome = await outcomeOf(client, handle);
      expect(outcome).toMatchObject(
        failed ? { type: 'error', sqlstate: '22012' } : { type: 'completed' },
      );
      expect(await count(name, `at-${String(index + 1)}`)).toBe(failed ? 0 : 1);
    }
  });

  it('an unknown handle: reading is silent, detach and cancel change nothing', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command('select pg_sleep(60)::text'));
    await workingIdentity(db, client, handle);
    await expect(client.readResult(UNKNOWN_HANDLE)).resolves.toMatchObject({ type: 'silent' });
    await expect(client.detach(UNKNOWN_HANDLE)).resolves.toBeUndefined();
    await expect(client.cancel(UNKNOWN_HANDLE)).resolves.toBeUndefined();
    expect(await workersIn(db)).toEqual([handle.pid]);
    await client.cancel(handle);
    await outcomeOf(client, handle);
  });

  it('the right PID with another cookie is not tracked, and the worker runs on', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command('select pg_sleep(60)::text'));
    await workingIdentity(db, client, handle);
    const wrong = { pid: handle.pid, cookie: String(BigInt(handle.cookie) ^ 1n) };
    await expect(client.cancel(wrong)).resolves.toBeUndefined();
    await expect(client.detach(wrong)).resolves.toBeUndefined();
    await expect(client.readResult(wrong)).resolves.toMatchObject({ type: 'silent', gone: false });
    expect(await workersIn(db)).toEqual([handle.pid]);
    await client.cancel(handle);
    await outcomeOf(client, handle);
  });

  it('settings reach the worker and do not stay in the session', async () => {
    const { client, session } = await openBackground(db, dialect);
    const settings = {
      work_mem: '1234kB',
      search_path: 'pg_catalog, "odd ""name"',
      'my.own': "it's",
    };
    const sql =
      'insert into public.work select $q$' +
      name +
      "$q$, concat_ws('|', current_setting('work_mem'), current_setting('search_path'), current_setting('my.own'))";
    const handle = await client.launch(command(sql, { settings }));
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ type: 'completed' });
    expect(await count(name, `1234kB|pg_catalog, "odd ""name"|it's`)).toBe(1);
    const [row] = await session.query('select current_setting($1) as work_mem', ['work_mem']);
    expect(row).toEqual({ work_mem: '4MB' });
  });

  it('a setting that the server refuses fails the launch and leaves no transaction open', async () => {
    const { client, session } = await openBackground(db, dialect);
    const bad = command('select 1', { settings: { work_mem: 'lots' } });
    await expect(client.launch(bad)).rejects.toMatchObject({ code: '22023' });
    await expect
      .poll(() =>
        db.rows('select state from pg_stat_activity where pid = $1', [session.identity?.pid]),
      )
      .toEqual([{ state: 'idle' }]);
    const handle = await client.launch(command(note('after')));
    await outcomeOf(client, handle);
    expect(await count(name, 'after')).toBe(1);
  });

  it('application_name shows in pg_stat_activity, 63 bytes of it, and finds the worker', async () => {
    const { client, session } = await openBackground(db, dialect);
    const applicationName = `pg-runbook/${db.name}`.padEnd(63, 'x');
    const handle = await client.launch(command('select pg_sleep(60)::text', { applicationName }));
    const identity = await identityOf(client, handle);
    expect(identity.applicationName).toBe(applicationName);
    expect(await findWorkers(session, applicationName)).toEqual([identity]);
    expect(await findWorkers(session, `${applicationName}y`)).toEqual([]);
    await client.cancel(handle);
    await outcomeOf(client, handle);
  });

  it('cookies are strings that keep every digit', async () => {
    const { client, session } = await openBackground(db, dialect);
    const handle = await client.launch(command('select pg_sleep(60)::text'));
    expect(handle.cookie).toMatch(/^-?\d+$/);
    const [row] = await session.query(
      `select cookie::text from (select * from ${dialect.list()}) l`,
    );
    expect(row).toEqual({ cookie: handle.cookie });
    await client.cancel(handle);
    await outcomeOf(client, handle);
  });

  it('a worker that is let go runs on and is not tracked', async () => {
    const { client } = await openBackground(db, dialect);
    const handle = await client.launch(command(`select pg_sleep(0.3)::text; ${note('detached')}`));
    await client.detach(handle);
    expect(await stateOf(client, handle)).toBeUndefined();
    await until(async () => ((await count(name, 'detached')) === 1 ? true : undefined), 'its work');
  });
});

describe('cookies', () => {
  it('negative ones and ones above 2^53 come as strings and go back unharmed', async () => {
    const { client } = await openBackground(db);
    const seen: bigint[] = [];
    while (!(seen.some((c) => c < 0n) && seen.some((c) => c > 2n ** 53n)) && seen.length < 60) {
      const handle = await client.launch(command("select 'ok'::text"));
      seen.push(BigInt(handle.cookie));
      await expect(outcomeOf(client, handle)).resolves.toMatchObject({ type: 'completed' });
    }
    expect(seen.some((cookie) => cookie < 0n)).toBe(true);
    expect(seen.some((cookie) => cookie > 2n ** 53n)).toBe(true);
  });
});

import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { budgetTag } from '../../../src/model/identity.js';
import { NO_SLOT } from '../../../src/postgres/capacity.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabases, type TestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { about, until, untilAtWork } from '../detach/support.js';
import { makeRole } from '../support/roles.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';

const [db, elsewhere] = (await useTestDatabases(2)) as [TestDatabase, TestDatabase];
await db.query('create table span (step text, since timestamptz, slept text, until timestamptz)');
await withSession(connectionTo(db), migrateLedger);

interface Work {
  readonly seconds: number;
  readonly budget?: string;
  readonly policy?: string;
}

/** A runbook of steps that sleep; budgets hold server-wide, so that each test has names of its own. */
function sleeping(name: string, steps: Readonly<Record<string, Work>>): string {
  const texts = Object.entries(steps).map(([id, { seconds, budget, policy }]) =>
    [
      `\n  - id: ${id}`,
      `    sql: INSERT INTO span SELECT '${id}', clock_timestamp(), pg_sleep(${String(seconds)})::text, clock_timestamp()`,
      ...(budget === undefined ? [] : [`    budgets: { ${budget}: 1 }`]),
      ...(policy === undefined ? [] : [`    policy: ${policy}`]),
    ].join('\n'),
  );
  return runbookOf(texts.join('')).replace('name: test', `name: ${name}`);
}

/** Steps that worked at the same time, by their workers' own clock. */
const OVERLAPS = `select a.step, b.step as other from span a join span b
  on a.step < b.step and a.since < b.until and b.since < a.until order by 1, 2`;

it('a named budget holds across runs, detached steps too, and others pass those who wait', async () => {
  const first = runYaml(db, sleeping('first', { one: { seconds: 3, budget: 'scarce' } }));
  await untilAtWork(db, 'first');
  const detached = await runYaml(
    db,
    sleeping('detached', { two: { seconds: 0.5, budget: 'scarce', policy: 'detach' } }),
  );
  const events: string[] = [];
  const third = await runYaml(
    db,
    sleeping('third', { free: { seconds: 0.1 }, three: { seconds: 0.1, budget: 'scarce' } }),
    { onEvent: (event) => events.push(event.type === 'slots_awaited' ? event.why : event.type) },
  );
  await first;
  const { report } = await about(db, 'wait', detached.run.id);
  expect([report.run.status, third.run.status]).toEqual(['succeeded', 'succeeded']);
  expect(events).toContain('budget scarce: 1 of 1 workers live');
  expect(await db.rows(OVERLAPS)).toEqual([{ step: 'free', other: 'one' }]);
  expect(await db.rows('select 1 from span')).toHaveLength(4);
});

it('who waits for a named budget is told who uses it, and gives up after max_wait', async () => {
  const first = runYaml(db, sleeping('holder', { one: { seconds: 4, budget: 'rare' } }));
  await untilAtWork(db, 'holder');
  const impatient = sleeping('impatient', { two: { seconds: 0, budget: 'rare' } });
  const second = runYaml(db, impatient.replace('keep_free: 0', 'keep_free: 0, max_wait: 2s'));
  await until(db, "select 1 from runbook.run where runbook_name = 'impatient'");
  const [row] = await db.rows("select run_id from runbook.run where runbook_name = 'impatient'");
  const { stdout } = await runCli(['why', String(row?.['run_id'])], { env: db.env });
  expect(stdout).toMatch(
    /waits for budget rare, 1 at most: used by pid \d+ \(pg-runbook\/[^ ]+\+[0-9a-z]{7}, database /,
  );
  const { run, steps } = await second;
  expect(run.status).toBe('failed');
  expect(steps[0]?.reason).toContain(
    'budget rare had no room (53000) for as long as it may wait: budget rare: 1 of 1 workers live',
  );
  expect((await first).run.status).toBe('succeeded');
});

it('a role that may not look into the sessions of others counts their workers all the same', async () => {
  const account = { user: `${elsewhere.name}_small`, password: 'for tests only' };
  await makeRole((sql) => elsewhere.query(sql), account, EXTENSION_SCHEMA);
  const first = runYaml(db, sleeping('unseen', { one: { seconds: 1.5, budget: 'hidden' } }));
  await untilAtWork(db, 'unseen');
  const budget = {
    server_workers: 1,
    keep_free: 0,
    no_slot: NO_SLOT,
    named: [{ name: 'hidden', tag: budgetTag('hidden'), limit: 1 }],
  };
  const [row] = await withSession(connectionTo(elsewhere, account), async (session) => {
    await migrateLedger(session);
    return session.query<{ turns: Record<string, { free: number }> }>(
      "SELECT runbook.free_slots($1, 9, '{}') AS turns",
      [JSON.stringify(budget)],
    );
  });
  const turns = row?.turns ?? {};
  await first;
  await elsewhere.query(`drop owned by ${account.user} cascade; drop role ${account.user}`);
  expect(turns['']?.free).toBeLessThan(1);
  expect(turns['hidden']?.free).toBe(0);
});

it('no place in any queue is left behind', async () => {
  const places = await db.rows(
    `select 1 from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
      where l.locktype = 'advisory' and l.mode = 'ShareLock'`,
  );
  expect(places).toEqual([]);
});

import { expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';
import { useAttacker } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);

it('a warning that a function raises is no evidence about another table of the pack', async () => {
  await db.query(`create schema m authorization ${mallory.role};
    create table m.victim (id int); insert into m.victim values (1)`);
  await mallory.query(`
    create function m.warn(int) returns int immutable language plpgsql as $$ begin
      raise warning 'skipping vacuum of "victim" --- lock not available' using errcode = '55P03';
      return $1; end $$`);
  for (const name of ['a', 'b', 'u', 'w', 'x', 'y', 'z']) {
    await mallory.query(`create table m.${name} (id int); insert into m.${name} values (1), (2);
      create index on m.${name} (m.warn(id))`);
  }
  const report = await runYaml(
    db,
    runbookOf(`
      - id: all
        concurrency: 1
        vacuum:
          tables: { include: [m.*] }
          options: { analyze: true }`),
  );
  const pack = report.steps[0]?.tasks.find(({ sql }) => sql.includes('"victim"'));
  expect(pack?.targets.length).toBeGreaterThan(1);
  expect(pack?.attempts[0]?.messages.join('\n')).toContain('skipping vacuum of "victim"');
  expect(pack?.targets.map(({ status }) => status)).toEqual(pack?.targets.map(() => 'succeeded'));
});

it('a table whose name ends like another one’s is not taken for it', async () => {
  await db.query(`create schema q; create table q.a (); create table q.b (); create table q.c ();
    create table q.d (); grant all on schema q to ${mallory.role}`);
  await mallory.query('create table q."z ""a" (id int)');
  const locker = await mallory.connect();
  await locker.query('begin; lock table q."z ""a"');
  const report = await runYaml(
    db,
    runbookOf(`
      - id: all
        concurrency: 1
        vacuum:
          tables: { include: [q.*] }
          options: { skip_locked: true }`),
  );
  await locker.query('rollback');
  const pack = report.steps[0]?.tasks.find(({ sql }) => sql.includes('"q"."a"'));
  const status = Object.fromEntries(pack?.targets.map((t) => [t.name, t.status]) ?? []);
  expect(status).toMatchObject({ 'q.a': 'succeeded', 'q."z ""a"': 'skipped' });
});

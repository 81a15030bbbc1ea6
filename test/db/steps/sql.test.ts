import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { stepOf, taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table t (id int primary key, note text);
  create table log (note text);
  create procedure commits(n int) language plpgsql as $$
    begin
      for i in 1..n loop insert into log values ('commit ' || i); commit; end loop;
    end $$`);

const HOSTILE = [
  "it's",
  '"; drop table t; --',
  'back\\slash\\',
  '$1 :x :\'x\' :"x" %I ${x}',
  'größe 🐘',
  ' ',
  'two\nlines',
];

describe('sql', () => {
  it.each(HOSTILE)('a parameter is a literal or an identifier: %j', async (value) => {
    await db.query('truncate log');
    const head = `parameters: { value: { type: string, default: ${JSON.stringify(value)} } }`;
    const steps = `
      - id: s
        sql: |
          create table :"value" (note text);
          insert into :"value" values (:'value');
          insert into log select note from :"value"`;
    const report = await runYaml(db, runbookOf(steps, head));
    expect([stepOf(report).status, taskOf(report).reason]).toEqual(['succeeded', null]);
    expect(await db.rows('table log')).toEqual([{ note: value }]);
  });

  it('numbers and booleans are literals as well', async () => {
    await db.query('truncate log');
    const head = `parameters: { n: { type: integer, default: -3 }, b: { type: boolean, default: true } }`;
    const steps = `
      - id: s
        sql: insert into log select :'n'::int - 1 || ' ' || :'b'::boolean`;
    expect((await runYaml(db, runbookOf(steps, head))).run.status).toBe('succeeded');
    expect(await db.rows('table log')).toEqual([{ note: '-4 true' }]);
  });

  it('what looks like a parameter inside a text, a comment or dollar quotes is none', async () => {
    await db.query('truncate log');
    const steps = `
      - id: s
        sql: |
          -- :'nobody'
          insert into log values (':''nobody''' || $q$:'nobody'$q$ || '{"a":1}'::jsonb::text)`;
    expect((await runYaml(db, runbookOf(steps))).run.status).toBe('succeeded');
    expect(await db.rows('table log')).toEqual([{ note: `:'nobody':'nobody'{"a": 1}` }]);
  });

  it('transaction: false: a procedure commits as it goes, and what it did before an error stays', async () => {
    await db.query('truncate log');
    const steps = `
      - id: good
        sql: call commits(3)
        transaction: false
      - id: bad
        sql: do $$ begin call commits(2); raise 'stop' using errcode = 'P0007'; end $$
        transaction: false`;
    const report = await runYaml(db, runbookOf(steps));
    expect(taskOf(report, 'good')).toMatchObject({
      status: 'succeeded',
      attempts: [{ command_tag: 'CALL' }],
    });
    expect(taskOf(report, 'bad')).toMatchObject({
      status: 'failed',
      attempts: [{ sqlstate: 'P0007' }],
    });
    expect(await db.rows('table log')).toHaveLength(5);
  });

  it.each([
    ['vacuum t', 'VACUUM'],
    ['create index concurrently t_note on t (note)', 'CREATE INDEX'],
    ['reindex table concurrently t', 'REINDEX'],
    ['alter system reset all', 'ALTER SYSTEM'],
  ])('transaction: false: %s', async (sql, tag) => {
    const steps = `
      - id: s
        sql: ${sql}
        transaction: false`;
    const report = await runYaml(db, runbookOf(steps));
    expect(taskOf(report)).toMatchObject({ status: 'succeeded', attempts: [{ command_tag: tag }] });
  });

  it('a failure keeps the server’s own words, and later steps see nothing of it', async () => {
    const steps = `
      - id: bad
        sql: insert into t values (1, 'x'); insert into t values (1, 'y')
      - id: after
        sql: insert into t values (2, (select count(*)::text from t))`;
    const report = await runYaml(db, runbookOf(steps));
    const { attempts, reason } = taskOf(report, 'bad');
    expect(attempts).toMatchObject([{ status: 'failed', sqlstate: '23505', command_tag: null }]);
    expect(reason).toMatch(/duplicate key.*t_pkey.*\(id\)=\(1\)/s);
    expect(await db.rows('table t')).toEqual([{ id: 2, note: '0' }]);
  });

  it('idempotent: it is tried again on the named errors, each try recorded', async () => {
    await db.query('create sequence tries');
    const steps = `
      - id: s
        sql: do $$ begin if nextval('tries') < 3 then raise 'again' using errcode = '40P01'; end if; end $$
        idempotent: true
        retry: { attempts: 5, delay: 1s, on: [deadlock_detected] }`;
    const report = await runYaml(db, runbookOf(steps));
    const { status, attempts } = taskOf(report);
    expect(status).toBe('succeeded');
    expect(attempts.map((attempt) => [attempt.number, attempt.status, attempt.sqlstate])).toEqual([
      [1, 'failed', '40P01'],
      [2, 'failed', '40P01'],
      [3, 'succeeded', null],
    ]);
  });

  it('not on others', async () => {
    const steps = `
      - id: s
        sql: select 1 / 0
        idempotent: true
        retry: { attempts: 5, delay: 1s, on: [deadlock_detected] }`;
    expect(taskOf(await runYaml(db, runbookOf(steps))).attempts).toHaveLength(1);
  });

  it('a warning that it raises is kept with the attempt', async () => {
    const steps = `
      - id: s
        sql: do $$ begin raise warning 'look here'; raise notice 'not this'; end $$`;
    const [attempt] = taskOf(await runYaml(db, runbookOf(steps))).attempts;
    expect(attempt?.messages).toEqual(['WARNING: look here']);
  });

  it('that goes on as another role still leaves its marker', async () => {
    await db.query('truncate log');
    const role = `${db.name}_other`;
    await db.query(`create role ${role}; grant insert on log to ${role}`);
    const steps = `
      - id: s
        sql: |
          set role ${role};
          insert into log select current_user`;
    const report = await runYaml(db, runbookOf(steps));
    expect([stepOf(report).status, taskOf(report).reason]).toEqual(['succeeded', null]);
    expect(await db.rows('table log')).toEqual([{ note: role }]);
    await db.query(`drop owned by ${role}; drop role ${role}`);
  });
});

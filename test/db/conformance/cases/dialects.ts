import { DIALECTS, OLDEST_DIALECT } from '../../support/background.js';
import type { BackgroundDialect } from '../../../../src/postgres/background/dialect.js';
import type { Case } from '../support/case.js';

const WITHOUT = {
  killed:
    'handles were lost with the engine: how its workers ended is read from proofs, in no dialect',
};

const raising = (sqlstate: string, message: string): Pick<Case, 'setUp' | 'steps'> => ({
  setUp: `create function c.fail() returns void language plpgsql as $$ begin
    raise exception '${message}' using errcode = '${sqlstate}'; end $$`,
  steps: `
    - id: one
      sql: SELECT c.fail()`,
});

/** Its list leaves out what says c.lost(): as if the session did not track that worker any more. */
const LOSING: BackgroundDialect = {
  ...OLDEST_DIALECT,
  list: () =>
    `(select * from ${OLDEST_DIALECT.list()}) as kept_in_list where sql_preview not like '%c.lost()%'`,
};

export const DIALECT_CASES: readonly Case[] = [
  ...DIALECTS.map(([name, dialect]): Case => ({
    rule: 'dialects',
    title: `with pg_background ${name}, outcomes are told as they are`,
    dialect,
    setUp: 'create table c.t (i int primary key)',
    steps: `
        - { id: good, sql: SELECT 1 }
        - { id: bad, sql: SELECT 1 / 0 }
        - { id: slow, timeout: 1s, sql: SELECT pg_sleep(30) }
        - { id: vacuum, vacuum: { tables: { include: [c.t] } } }
        - { id: call, transaction: false, sql: DO $$ BEGIN COMMIT; END $$ }`,
    head: 'budget: { workers: 14 }',
    without: WITHOUT,
    expected: [
      'run failed, exit 1',
      'good succeeded',
      'good/1 succeeded | 1 succeeded',
      'bad failed: division by zero',
      'bad/1 failed: division by zero | 1 failed 22012',
      'slow timed_out: canceling statement due to statement timeout',
      'slow/1 timed_out: canceling statement due to statement timeout | 1 timed_out 57014',
      'vacuum succeeded',
      'vacuum/1 succeeded | 1 succeeded',
      'call succeeded',
      'call/1 succeeded | 1 succeeded',
    ],
  })),
  {
    rule: 'dialects-own-error',
    title: 'on 1.8 a worker’s own 42704 is its error, and no lost handle',
    dialect: OLDEST_DIALECT,
    ...raising('42704', 'there is no such thing'),
    without: WITHOUT,
    expected: [
      'run failed, exit 1',
      'one failed: there is no such thing',
      'one/1 failed: there is no such thing | 1 failed 42704',
    ],
  },
  {
    rule: 'dialects-own-error',
    title: 'on 1.8 a worker’s own 55000 is its error, and no lost handle',
    dialect: OLDEST_DIALECT,
    ...raising('55000', 'cookie mismatch'),
    without: WITHOUT,
    expected: [
      'run failed, exit 1',
      'one failed: cookie mismatch',
      'one/1 failed: cookie mismatch | 1 failed 55000',
    ],
  },
  {
    rule: 'dialects-lost-handle',
    title: 'a worker that is not tracked any more is followed to its end, and its proof tells',
    dialect: LOSING,
    setUp: `create function c.lost() returns void language sql as $$ select c.pass('lost') $$;
      create procedure c.lost_call() language plpgsql as $$ begin perform c.lost(); end $$`,
    steps: `
      - { id: good, sql: SELECT c.lost() }
      - { id: bad, sql: "SELECT c.lost(); SELECT 1 / 0" }
      - { id: call, transaction: false, sql: "CALL c.lost_call() /* c.lost() */" }`,
    head: 'budget: { workers: 14 }',
    meanwhile: async (stage) => {
      for (const step of ['good', 'bad', 'call']) {
        await stage.until(
          `select 1 from pg_stat_activity where application_name = 'pg-runbook/' || $1 || '/${step}/1'`,
        );
      }
      await stage.open('lost');
    },
    without: WITHOUT,
    expected: [
      'run unknown, exit 4',
      'good succeeded',
      'good/1 succeeded | 1 succeeded',
      'bad failed: its end was not heard: nothing was committed',
      'bad/1 failed: its end was not heard: nothing was committed | 1 failed',
      'call unknown: its end was not heard',
      'call/1 unknown: its end was not heard | 1 unknown',
    ],
  },
];

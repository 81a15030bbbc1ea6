import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../../../src/errors.js';
import type { Case } from '../support/case.js';
import { noteLaunched, type Stage } from '../support/stage.js';

/** Two views; each is refreshed as long as its gate is shut. */
const TWO_VIEWS = `
  create materialized view c.a as select c.pass('a')::text as t with no data;
  create materialized view c.b as select c.pass('b')::text as t with no data;`;

const REFRESH = `
  - id: views
    refresh: { views: { include: [c.*] } }`;

const STOPPED = 'canceling statement due to user request';
const NOT_OURS = `${STOPPED}: not at pg-runbook's request (another session, or a timeout in its own SQL)`;
const BRAKED = `the emergency brake was pulled while it ran: ${STOPPED}`;

const cancelledBy = (by: string): string[] => [
  `views cancelled: cancelled by ${by}: 2 of 2 tasks not done`,
  `views/1 cancelled: cancelled by ${by}: ${STOPPED} | 1 cancelled 57014`,
  `views/2 skipped: cancelled before it was launched, by ${by} | not launched`,
];

/** It goes on for 3 s after the first cancel, whoever sends another one meanwhile. */
const STUBBORN = {
  setUp: `create procedure c.stubborn() language plpgsql as $$
    declare
      obeys_from timestamptz;
    begin
      loop
        begin
          perform pg_sleep(40);
        exception when query_canceled then
          obeys_from := coalesce(obeys_from, clock_timestamp() + interval '3 s');
          if clock_timestamp() >= obeys_from then raise; end if;
        end;
      end loop;
    end $$`,
  steps: `
    - id: stubborn
      transaction: false
      sql: CALL c.stubborn()`,
} satisfies Partial<Case>;

/** Notes whether it took as long as it takes to come to SIGTERM, 5 s after the first cancel. */
async function noteStop(stage: Stage, stop: () => Promise<void>): Promise<void> {
  await stage.atWork('stubborn');
  const from = Date.now();
  await stop();
  await stage.until("select 1 from runbook.attempt where run_id = $1 and status = 'cancelled'");
  stage.notes.push(`stopped only by SIGTERM: ${String(Date.now() - from > 4_500)}`);
}

export const STOPPING: readonly Case[] = [
  {
    rule: 'cancel-signal',
    title: 'what runs is cancelled, what waits is skipped',
    setUp: TWO_VIEWS,
    steps: REFRESH,
    meanwhile: async (stage) => {
      await stage.atWork('views');
      stage.stop.abort({ name: 'SIGINT', exitCode: EXIT.interrupted });
    },
    without: {
      detached: 'no engine is there to get the signal',
      killed: 'the signal goes to the engine, and a resumed run has one like any other',
    },
    expected: ['run cancelled, exit 130', ...cancelledBy('SIGINT of the engine')],
  },
  {
    rule: 'cancel-command',
    title: 'what runs is cancelled, what waits is skipped',
    setUp: TWO_VIEWS,
    steps: REFRESH,
    meanwhile: async (stage) => {
      await stage.atWork('views');
      await stage.command('cancel');
    },
    expected: ['run cancelled, exit 1', ...cancelledBy('pg-runbook cancel of ROLE@HOST')],
  },
  {
    rule: 'cancel-step',
    title: 'the other steps go on',
    steps: `
      - id: long
        sql: SELECT c.pass('never')
      - id: other
        sql: SELECT c.pass('other')`,
    meanwhile: async (stage) => {
      await stage.atWork('long');
      await stage.atWork('other');
      await stage.command('cancel', '--step', 'long');
      await stage.open('other');
    },
    expected: [
      'run failed, exit 1',
      'long cancelled: cancelled by pg-runbook cancel of ROLE@HOST: 1 of 1 task not done',
      `long/1 cancelled: cancelled by pg-runbook cancel of ROLE@HOST: ${STOPPED} | 1 cancelled 57014`,
      'other succeeded',
      'other/1 succeeded | 1 succeeded',
    ],
  },
  {
    rule: 'cancel-stranger',
    title: 'a worker that others cancel is cancelled, and not by us',
    setUp: TWO_VIEWS,
    steps: REFRESH,
    meanwhile: async (stage) => {
      await stage.atWork('views');
      await stage.open('b');
      await stage.until(
        `select pg_cancel_backend(pid) from pg_stat_activity
          where application_name = 'pg-runbook/' || $1 || '/views/1'`,
      );
    },
    expected: [
      'run failed, exit 1',
      `views cancelled: ${NOT_OURS}`,
      `views/1 cancelled: ${NOT_OURS} | 1 cancelled 57014`,
      'views/2 succeeded | 1 succeeded',
    ],
  },
  {
    rule: 'cancel-ladder',
    title: 'a worker that goes on after a cancel gets SIGTERM',
    ...STUBBORN,
    meanwhile: async (stage) => {
      await noteStop(stage, () => stage.tell('pause', '--cancel', '--reason', 'incident 4711'));
      await stage.tell('unpause');
    },
    expected: [
      'run failed, exit 1',
      `stubborn cancelled: ${BRAKED}`,
      `stubborn/1 cancelled: ${BRAKED} | 1 cancelled 57014`,
      'stopped only by SIGTERM: true',
    ],
  },
  {
    rule: 'cancel-ladder',
    title: 'so does one that goes on after pg-runbook cancel',
    ...STUBBORN,
    meanwhile: (stage) => noteStop(stage, () => stage.command('cancel')),
    expected: [
      'run cancelled, exit 1',
      'stubborn cancelled: cancelled by pg-runbook cancel of ROLE@HOST: 1 of 1 task not done',
      `stubborn/1 cancelled: cancelled by pg-runbook cancel of ROLE@HOST: ${STOPPED} | 1 cancelled 57014`,
      'stopped only by SIGTERM: true',
    ],
  },
  {
    rule: 'pause',
    title: 'a paused run launches nothing more until it is let go',
    begun: (stage) => stage.command('pause'),
    steps: '- { id: one, sql: SELECT 1 }',
    meanwhile: async (stage) => {
      await noteLaunched(stage, 'one');
      await stage.command('unpause');
    },
    expected: [
      'run succeeded, exit 0',
      'one succeeded',
      'one/1 succeeded | 1 succeeded',
      'one was not launched meanwhile',
    ],
  },
  {
    rule: 'brake',
    title: 'what runs goes on, and nothing more is launched until it is let go',
    setUp: TWO_VIEWS,
    steps: `${REFRESH}\n    concurrency: 1`,
    meanwhile: async (stage) => {
      await stage.atWork('views');
      await stage.tell('pause', '--reason', 'incident 4711');
      await stage.open('a');
      await sleep(1_500);
      const running = await stage.db.rows("select 1 from runbook.attempt where status = 'running'");
      stage.notes.push(`${String(running.length)} at work meanwhile`);
      await stage.open('b');
      await stage.tell('unpause');
    },
    expected: [
      'run succeeded, exit 0',
      'views succeeded',
      'views/1 succeeded | 1 succeeded',
      'views/2 succeeded | 1 succeeded',
      '0 at work meanwhile',
    ],
  },
  {
    rule: 'brake-cancel',
    title: 'what runs is stopped, and done again when it is let go',
    steps: `
      - id: one
        sql: SELECT c.pass('one')`,
    meanwhile: async (stage) => {
      await stage.atWork('one');
      await stage.tell('pause', '--cancel', '--reason', 'incident 4711');
      await stage.until("select 1 from runbook.attempt where run_id = $1 and status = 'cancelled'");
      await stage.open('one');
      await stage.tell('unpause');
    },
    expected: [
      'run succeeded, exit 0',
      'one succeeded',
      'one/1 succeeded | 1 cancelled 57014, 2 succeeded',
    ],
  },
  {
    rule: 'brake-cancel-harm',
    title: 'what is not idempotent stays cancelled',
    setUp: `create procedure c.slowly() language plpgsql as $$ begin perform c.pass('slowly'); end $$`,
    steps: `
      - id: one
        transaction: false
        sql: CALL c.slowly()`,
    meanwhile: async (stage) => {
      await stage.atWork('one');
      await stage.tell('pause', '--cancel', '--reason', 'incident 4711');
      await stage.until("select 1 from runbook.attempt where run_id = $1 and status = 'cancelled'");
      await stage.tell('unpause');
    },
    expected: [
      'run failed, exit 1',
      `one cancelled: ${BRAKED}`,
      `one/1 cancelled: ${BRAKED} | 1 cancelled 57014`,
    ],
  },
  {
    rule: 'bystanders',
    title: 'a worker gives way to sessions that queue behind it, and is tried again',
    setUp: 'create table c.t as select 1 as id; create index t_id on c.t (id)',
    head: 'bystanders: { max_blocked: 2, for: 500ms }',
    begun: (stage) =>
      stage.transaction('set local enable_seqscan = off; select 1 from c.t where id = 1'),
    steps: `
      - id: rebuild
        reindex: { indexes: { include: [c.t_id] }, concurrently: false }`,
    meanwhile: async (stage) => {
      await stage.waitsForLock('rebuild');
      const read = (): Promise<unknown> =>
        stage.transaction('select count(*) from c.t where id = 2');
      await Promise.all([1, 2, 3, 4].map(read));
      await stage.release();
    },
    expected: [
      'run succeeded, exit 0',
      'rebuild succeeded',
      'rebuild/1 succeeded | 1 cancelled 57014, 2 succeeded',
    ],
  },
];

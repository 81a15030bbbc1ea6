import type { Case } from '../support/case.js';

const TWO_VIEWS = `
  create materialized view c.a as select c.pass('a')::text as t with no data;
  create materialized view c.b as select 1 as one with no data;`;

const REFRESH = `
  - id: views
    refresh: { views: { include: [c.*] } }`;

const ALLOW = 'allow: [{ rule: timeout-over-window, because: it is a test }]';

const CLOSED = 'select 1 from runbook.run where run_id = $1 and window_ends_at < clock_timestamp()';

const CLOSED_ON_IT = 'the window closed while it ran: canceling statement due to user request';
const NO_TIME = 'it takes longer than is left until the window closes at TIME';

export const WINDOWS: readonly Case[] = [
  {
    rule: 'window-drain',
    title: 'what runs goes on, and what waits is deferred',
    setUp: TWO_VIEWS,
    head: `window: { max_duration: 4s }\n${ALLOW}`,
    steps: REFRESH,
    meanwhile: async (stage) => {
      await stage.atWork('views');
      await stage.until(CLOSED);
      await stage.open('a');
    },
    expected: [
      'run deferred, exit 75',
      'views skipped: 1 of 2 tasks not launched: the window closed at TIME',
      'views/1 succeeded | 1 succeeded',
      'views/2 skipped (deferred): the window closed at TIME | not launched',
    ],
  },
  {
    rule: 'window-cancel',
    title: 'what runs is stopped, and deferred with what waits',
    setUp: TWO_VIEWS,
    head: `window: { max_duration: 4s, at_end: cancel }\n${ALLOW}`,
    steps: REFRESH,
    expected: [
      'run deferred, exit 75',
      `views cancelled: ${CLOSED_ON_IT}`,
      `views/1 cancelled (deferred): ${CLOSED_ON_IT} | 1 cancelled 57014`,
      'views/2 skipped (deferred): the window closed at TIME | not launched',
    ],
  },
  {
    rule: 'window-too-long',
    title: 'a task that takes longer than what is left is not begun',
    head: 'window: { max_duration: 1m }\ndefaults: { timeout: 1m }',
    given: async (stage) => {
      await stage.runBefore();
      await stage.db.query(
        "update runbook.attempt set launched_at = finished_at - interval '1 h' where step_id = 'long'",
      );
    },
    steps: `
      - id: long
        sql: SELECT 'NAME'
      - id: short
        sql: SELECT 'short NAME'`,
    expected: [
      'run deferred, exit 75',
      `long skipped: ${NO_TIME}`,
      `long/1 skipped (deferred): ${NO_TIME} | not launched`,
      'short succeeded',
      'short/1 succeeded | 1 succeeded',
    ],
  },
];

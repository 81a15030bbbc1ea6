import { expect, it } from 'vitest';
import { stopClock } from '../../../src/sql/stop-clock.js';

const CLOCK = "pg_catalog.current_setting('pg_runbook.begun_at')::timestamptz";

it.each([
  ["at < now() - interval '1 day'", `at < ${CLOCK} - interval '1 day'`],
  ['at < NOW ( )', `at < ${CLOCK}`],
  ['at < pg_catalog.now()', `at < ${CLOCK}`],
  ['at < transaction_timestamp()', `at < ${CLOCK}`],
  ['at < current_timestamp and b', `at < ${CLOCK} and b`],
  ['day < CURRENT_DATE - 5', `day < ${CLOCK}::date - 5`],
  ['at < localtimestamp', `at < ${CLOCK}::timestamp`],
  ['at < current_timestamp(3)', `at < ${CLOCK}`],
  ['at < now() or bt < now()', `at < ${CLOCK} or bt < ${CLOCK}`],
])('%s: the clock stands still', async (condition, stopped) => {
  expect(await stopClock(condition)).toBe(stopped);
});

it.each([
  "note = 'now()'",
  'at < now(5)',
  'app.now() > at',
  't.now > 5',
  'at < "now"',
  'at < clock_timestamp()',
  'a -- now()',
  '$$now()$$ = a',
])('%s: stays as it is', async (condition) => {
  expect(await stopClock(condition)).toBe(condition);
});

import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

const completed = { type: 'completed', command_tag: 'CREATE INDEX' };
const error = { type: 'error', sqlstate: '42P07', message: 'there' };
const gone = { type: 'silent', why: 'gone', gone: true };
const runs = { type: 'silent', why: 'runs', gone: false };

describe('judge_attempt by a trace', () => {
  it.each([
    ['done', completed, 'succeeded'],
    ['held', completed, 'succeeded'],
    ['broken', completed, 'failed'],
    ['unknown', completed, 'unknown'],
    // Somebody else may have made it.
    ['done', error, 'failed'],
    ['held', error, 'failed'],
    ['done', gone, 'succeeded'],
    ['held', gone, 'unknown'],
    ['broken', gone, 'failed'],
    // It may be made yet.
    ['broken', runs, 'unknown'],
  ])('%s, and the worker said %j: %s', async (result, outcome, status) => {
    const [row] = await db.rows<{ verdict: { attempt: object; targets: object[] } }>(
      `select runbook.judge_attempt('trace', $1, null, $2, null, 1, 1000) as verdict`,
      [JSON.stringify(outcome), JSON.stringify([{ result, reason: 'seen' }])],
    );
    expect(row?.verdict).toMatchObject({ attempt: { status }, targets: [{ status }] });
  });
});

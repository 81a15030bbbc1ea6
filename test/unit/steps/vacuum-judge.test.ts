import { describe, expect, it } from 'vitest';
import type { Facts, Target } from '../../../src/generated/plan.v1.js';
import type { Judgement, Observation } from '../../../src/steps/contract.js';
import { judgeVacuum } from '../../../src/steps/vacuum/judge.js';

const target = (schema: string, relation = 't'): Target => ({
  name: `${schema}.${relation}`,
  oid: 1,
  table_oid: 1,
  schema,
  relation,
  size_bytes: 0,
  facts: {},
});

const skipped = {
  severity: 'WARNING',
  sqlstate: '55P03',
  message: 'skipping vacuum of "t" --- lock not available',
};

const before: Facts = { vacuum_count: 1, dead_rows: 500, may_maintain: true };
const done: Facts = { vacuum_count: 2, dead_rows: 0, may_maintain: true };

const judge = (observation: Partial<Observation>): Judgement =>
  judgeVacuum({ options: { skip_locked: true } } as Parameters<typeof judgeVacuum>[0], {
    target: target('public'),
    among: [target('public')],
    before,
    after: done,
    completed: true,
    notices: [],
    ...observation,
  });

describe('judgeVacuum', () => {
  it('takes the counters as proof', () => {
    expect(judge({})).toEqual({ result: 'done' });
    expect(judge({ completed: false, after: before })).toEqual({ result: 'not_done' });
  });

  it('believes a skip warning more than counters that another session may have raised', () => {
    expect(judge({ notices: [skipped] })).toMatchObject({ result: 'skipped', sqlstate: '55P03' });
  });

  it('asks the counters where two relations of one name share a pack and one was skipped', () => {
    const among = [target('public'), target('other')];
    expect(judge({ notices: [skipped], among }).result).toBe('done');
    expect(judge({ notices: [skipped], among, after: before }).result).toBe('skipped');
    expect(judge({ notices: [skipped, skipped], among }).result).toBe('skipped');
  });

  it('says when the rows stay: the work was done, and brought little', () => {
    expect(judge({ after: { ...done, dead_rows: 500 } })).toEqual({
      result: 'done',
      reason: '500 dead rows stay: an older snapshot sees them',
    });
    expect(judge({ after: { ...done, dead_rows: 499 } })).toEqual({ result: 'done' });
  });

  it('knows nothing where success was said and nothing shows it', () => {
    const silent = { options: {} } as Parameters<typeof judgeVacuum>[0];
    const seen = { target: target('a'), among: [], before, after: before, notices: [] };
    expect(judgeVacuum(silent, { ...seen, completed: true }).result).toBe('unknown');
  });
});

import { describe, expect, it } from 'vitest';
import { judgeAttempt, type AttemptFacts } from '../../../src/engine/verdict.js';
import type { Outcome } from '../../../src/postgres/background/worker.js';

const completed: Outcome = { type: 'completed', commandTag: 'VACUUM', rowCount: 0, notices: [] };
const silent: Outcome = { type: 'silent', why: 'it said nothing', gone: true };
const stillThere: Outcome = { type: 'silent', why: 'it did not stop', gone: false };
const error = (sqlstate: string): Outcome => ({
  type: 'error',
  sqlstate,
  message: 'no way',
  detail: undefined,
  hint: undefined,
});

const judge = (facts: Partial<AttemptFacts>): ReturnType<typeof judgeAttempt> =>
  judgeAttempt({
    proof: 'catalog',
    outcome: completed,
    marker: false,
    judgements: [{ result: 'done' }],
    cause: undefined,
    elapsedMs: 10,
    timeoutMs: 1000,
    ...facts,
  });

const status = (facts: Partial<AttemptFacts>): string => judge(facts).attempt.status;

describe('proof by the catalogs', () => {
  it('is success when they show the work', () => {
    expect(status({})).toBe('succeeded');
  });

  it('is unknown when the server said success and they do not', () => {
    expect(status({ judgements: [{ result: 'not_done' }] })).toBe('unknown');
  });

  it('is success also where nothing was heard, and unknown where neither is known', () => {
    expect(status({ outcome: silent })).toBe('succeeded');
    expect(status({ outcome: silent, judgements: [{ result: 'not_done' }] })).toBe('unknown');
  });

  it('gives each target its own status', () => {
    const { attempt, targets } = judge({
      outcome: error('42P01'),
      judgements: [
        { result: 'done' },
        { result: 'skipped', reason: 'dropped', sqlstate: '42P01' },
        { result: 'not_done' },
      ],
    });
    expect(targets.map((target) => target.status)).toEqual(['succeeded', 'skipped', 'failed']);
    expect(attempt).toMatchObject({ status: 'failed', sqlstate: '42P01', reason: 'no way' });
  });

  it('is skipped, with the reason and its SQLSTATE, when all targets were', () => {
    const skipped = { result: 'skipped', reason: 'no permission', sqlstate: '42501' } as const;
    expect(judge({ judgements: [skipped] }).attempt).toEqual({
      status: 'skipped',
      reason: 'no permission',
      sqlstate: '42501',
    });
  });
});

describe('proof by the marker', () => {
  const marker = { proof: 'marker', judgements: [] } as const;

  it('decides whatever was said', () => {
    for (const outcome of [completed, silent, stillThere, error('57014')]) {
      expect(status({ ...marker, outcome, marker: true })).toBe('succeeded');
    }
  });

  it('missing after success is unknown', () => {
    expect(status({ ...marker })).toBe('unknown');
  });

  it('missing when the worker is gone means that nothing was committed', () => {
    const { attempt } = judge({ ...marker, outcome: silent });
    expect(attempt).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('nothing was committed') as string,
    });
    expect(status({ ...marker, outcome: silent, cause: 'interrupt' })).toBe('cancelled');
    expect(status({ ...marker, outcome: silent, cause: 'handle_lost' })).toBe('failed');
  });

  it('missing while the worker may still run is unknown', () => {
    expect(status({ ...marker, outcome: stillThere, cause: 'interrupt' })).toBe('unknown');
  });

  it('gives the verdict to the targets', () => {
    const targets = { judgements: [{ result: 'not_done' as const }] };
    expect(judge({ proof: 'marker', marker: true, ...targets }).targets[0]?.status).toBe(
      'succeeded',
    );
  });
});

describe('proof by the command tag', () => {
  const tag = { proof: 'tag', judgements: [] } as const;

  it('is success with a tag and unknown without', () => {
    expect(status({ ...tag })).toBe('succeeded');
    expect(status({ ...tag, outcome: silent })).toBe('unknown');
    expect(status({ ...tag, outcome: silent, cause: 'handle_lost' })).toBe('unknown');
  });
});

describe('57014, which is timeout and cancel in one', () => {
  const stopped = { outcome: error('57014'), judgements: [{ result: 'not_done' as const }] };

  it.each([
    ['timeout', 10, 'timed_out'],
    ['interrupt', 10, 'cancelled'],
    [undefined, 1001, 'timed_out'],
    [undefined, 10, 'cancelled'],
  ] as const)('with cause %s after %i ms is %s', (cause, elapsedMs, expected) => {
    expect(status({ ...stopped, cause, elapsedMs })).toBe(expected);
  });

  it('names a stranger as the one who stopped it', () => {
    expect(judge(stopped).attempt.reason).toContain('another session');
  });

  it('takes a shutdown of the worker (57P01) the same way, but never as a timeout', () => {
    expect(status({ ...stopped, outcome: error('57P01'), elapsedMs: 1001 })).toBe('cancelled');
  });
});

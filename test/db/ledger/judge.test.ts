import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import type { StopCause } from '../../../src/model/stop-cause.js';
import type { Verdict } from '../../../src/model/status.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

interface AttemptFacts {
  proof: 'catalog' | 'marker' | 'tag';
  outcome: object;
  marker: boolean;
  judgements: readonly object[];
  cause: StopCause | undefined;
  elapsedMs: number;
}

const completed = { type: 'completed', command_tag: 'VACUUM', row_count: 0, notices: [] };
const silent = { type: 'silent', why: 'it said nothing', gone: true };
const stillThere = { type: 'silent', why: 'it did not stop', gone: false };
const error = (sqlstate: string): object => ({ type: 'error', sqlstate, message: 'no way' });

async function judge(
  facts: Partial<AttemptFacts>,
): Promise<{ attempt: Verdict; targets: Verdict[] }> {
  const { proof, outcome, marker, judgements, cause, elapsedMs } = {
    proof: 'catalog',
    outcome: completed,
    marker: false,
    judgements: [{ result: 'done' }],
    cause: undefined,
    elapsedMs: 10,
    ...facts,
  };
  const [row] = await db.rows<{ verdict: { attempt: Verdict; targets: Verdict[] } }>(
    `select runbook.judge_attempt($1, $2, case when $3 then row('a', 1, now(), null)::runbook.completion end,
                                  $4, $5, $6, 1000) as verdict`,
    [proof, JSON.stringify(outcome), marker, JSON.stringify(judgements), cause ?? null, elapsedMs],
  );
  return row!.verdict;
}

const status = async (facts: Partial<AttemptFacts>): Promise<string> =>
  (await judge(facts)).attempt.status;

describe('proof by the catalogs', () => {
  it('is success when they show the work', async () => {
    expect(await status({})).toBe('succeeded');
  });

  it('is unknown when the server said success and they do not', async () => {
    expect(await status({ judgements: [{ result: 'not_done' }] })).toBe('unknown');
  });

  it('is success also where nothing was heard, and unknown where neither is known', async () => {
    expect(await status({ outcome: silent })).toBe('succeeded');
    expect(await status({ outcome: silent, judgements: [{ result: 'not_done' }] })).toBe('unknown');
  });

  it('gives each target its own status', async () => {
    const { attempt, targets } = await judge({
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

  it('is skipped, with the reason and its SQLSTATE, when all targets were', async () => {
    const skipped = { result: 'skipped', reason: 'no permission', sqlstate: '42501' } as const;
    expect((await judge({ judgements: [skipped] })).attempt).toEqual({
      status: 'skipped',
      reason: 'no permission',
      sqlstate: '42501',
    });
  });
});

describe('proof by the marker', () => {
  const marker = { proof: 'marker', judgements: [] } as const;

  it('decides whatever was said', async () => {
    for (const outcome of [completed, silent, stillThere, error('57014')]) {
      expect(await status({ ...marker, outcome, marker: true })).toBe('succeeded');
    }
  });

  it('missing after success is unknown', async () => {
    expect(await status({ ...marker })).toBe('unknown');
  });

  it('missing when the worker is gone means that nothing was committed', async () => {
    const { attempt } = await judge({ ...marker, outcome: silent });
    expect(attempt).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('nothing was committed') as string,
    });
    expect(await status({ ...marker, outcome: silent, cause: 'interrupt' })).toBe('cancelled');
    expect(await status({ ...marker, outcome: silent, cause: 'handle_lost' })).toBe('failed');
  });

  it('missing while the worker may still run is unknown', async () => {
    expect(await status({ ...marker, outcome: stillThere, cause: 'interrupt' })).toBe('unknown');
  });

  it('gives the verdict to the targets', async () => {
    const targets = { judgements: [{ result: 'not_done' as const }] };
    expect((await judge({ proof: 'marker', marker: true, ...targets })).targets[0]?.status).toBe(
      'succeeded',
    );
  });
});

describe('proof by the command tag', () => {
  const tag = { proof: 'tag', judgements: [] } as const;

  it('is success with a tag and unknown without', async () => {
    expect(await status({ ...tag })).toBe('succeeded');
    expect(await status({ ...tag, outcome: silent })).toBe('unknown');
    expect(await status({ ...tag, outcome: silent, cause: 'handle_lost' })).toBe('unknown');
  });
});

describe('57014, which is timeout and cancel in one', () => {
  const stopped = { outcome: error('57014'), judgements: [{ result: 'not_done' as const }] };

  it.each([
    ['timeout', 10, 'timed_out'],
    ['interrupt', 10, 'cancelled'],
    [undefined, 1001, 'timed_out'],
    [undefined, 10, 'cancelled'],
  ] as const)('with cause %s after %i ms is %s', async (cause, elapsedMs, expected) => {
    expect(await status({ ...stopped, cause, elapsedMs })).toBe(expected);
  });

  it('names a stranger as the one who stopped it', async () => {
    expect((await judge(stopped)).attempt.reason).toContain('another session');
  });

  it('takes a shutdown of the worker (57P01) the same way, but never as a timeout', async () => {
    expect(await status({ ...stopped, outcome: error('57P01'), elapsedMs: 1001 })).toBe(
      'cancelled',
    );
  });
});

interface TargetFacts {
  before: object | null;
  seen: object | null;
  namesakes: number;
  outcome: object;
  execution: object;
}

const before = { vacuum_count: 1, may_maintain: true };
const seen = (result: string, facts: object = before): object => ({ same: true, result, facts });
const skip = {
  severity: 'WARNING',
  sqlstate: '55P03',
  message: 'skipping vacuum of "t" --- lock not available',
  file: 'vacuum.c',
  relation: 't',
};

async function judgeTarget(facts: Partial<TargetFacts>): Promise<object> {
  const given = { before, seen: seen('done'), namesakes: 1, outcome: completed, ...facts };
  const execution = {
    gone_sqlstate: '42P01',
    skip_warnings: ['55P03', '42P01'],
    skip_locked: false,
    ...facts.execution,
  };
  const [row] = await db.rows<{ judgement: object }>(
    'select jsonb_strip_nulls(runbook.judge_target($1, $2, $3, $4, $5)) as judgement',
    [
      JSON.stringify({ relation: 't', before: given.before }),
      given.seen === null ? null : JSON.stringify(given.seen),
      given.namesakes,
      JSON.stringify(given.outcome),
      JSON.stringify(execution),
    ],
  );
  return row!.judgement;
}

describe('what is proven of a target', () => {
  it('is what its kind’s evidence says', async () => {
    expect(await judgeTarget({})).toMatchObject({ result: 'done', provisional: false });
    const failed = { outcome: error('42501'), seen: seen('not_done') };
    expect(await judgeTarget(failed)).toEqual({ result: 'not_done', provisional: true });
  });

  it('is doubted where nobody told of it and it may be somebody else’s work', async () => {
    const done = (more: object): object => ({
      same: true,
      promised: true,
      result: 'done',
      facts: { ...before, timeline: '00000001' },
      ...more,
    });
    const of = async (more: object): Promise<object> =>
      judgeTarget({ before: { timeline: '00000001' }, seen: done(more), outcome: silent });
    expect(await of({})).toMatchObject({ result: 'done' });
    const late = { ...silent, over_by: 50 };
    const again = await judgeTarget({
      before: {},
      seen: done({ facts: { last_vacuum: 100 } }),
      outcome: late,
    });
    expect(again).toMatchObject({
      result: 'unknown',
      reason: 'its end was not heard, and it was done again after its end',
    });
    const doubts = [
      [{ same: false }, 'it has another name by now'],
      [{ promised: false }, 'it is not frozen as FREEZE would have left it'],
      [{ facts: { timeline: '00000002' } }, 'the server was switched over meanwhile'],
    ] as const;
    for (const [more, why] of doubts) {
      expect(await of(more)).toMatchObject({
        result: 'unknown',
        reason: expect.stringContaining(why) as string,
      });
      const told = { before: { timeline: '00000001' }, seen: done(more), outcome: completed };
      expect(await judgeTarget(told)).toMatchObject({ result: 'done' });
    }
  });

  it.each([
    ['skipping vacuum of "t" --- lock not available', 't'],
    ['überspringe Vacuum von »t« --- Sperre nicht verfügbar', 't'],
    ['ignore le vacuum de « t » --- verrou non disponible', 't'],
    ['omitiendo vacuum de «t»: lock no disponible', 't'],
    ['"t"のVACUUM処理をスキップします -- ロックを獲得できませんでした', 't'],
    ['skipping vacuum of "vacuum" --- lock not available', 'vacuum'],
    ['skipping vacuum of "a"t"b" --- lock not available', 'a"t"b'],
    ['skipping vacuum of "a.*" --- lock not available', 'a.*'],
    ['skipping vacuum of "other" --- lock not available', null],
    ['skipping vacuum of "tt" --- lock not available', null],
  ])('knows the relation that is named: %s', async (message, relation) => {
    const names = ['t', 'vacuum', 'lock', 'of', 'not', 'a"t"b', 'a.*', 'de', 'von'];
    const rows = await db.rows('select runbook.warned_relation($1, $2) as relation', [
      message,
      names,
    ]);
    expect(rows).toEqual([{ relation }]);
  });

  it('of a pack that failed ends with the first that is not done', async () => {
    const judgements = ['done', 'skipped', 'unknown', 'done'].map((result) => ({ result }));
    const [row] = await db.rows<{ j: { result: string }[] }>(
      'select runbook.only_prefix($1) as j',
      [JSON.stringify(judgements)],
    );
    expect(row?.j.map(({ result }) => result)).toEqual(['done', 'skipped', 'unknown', 'not_done']);
  });

  it('is nothing without evidence from before, and skipped where the target is gone', async () => {
    expect(await judgeTarget({ before: null })).toMatchObject({ result: 'unknown' });
    expect(await judgeTarget({ seen: null })).toMatchObject({
      result: 'skipped',
      sqlstate: '42P01',
    });
  });

  it('believes a skip warning more than counters that another session may have raised', async () => {
    const outcome = { ...completed, notices: [skip] };
    expect(await judgeTarget({ outcome })).toEqual({
      result: 'skipped',
      sqlstate: '55P03',
      reason: skip.message,
    });
    const other = { ...completed, notices: [{ ...skip, relation: 'tt' }] };
    expect(await judgeTarget({ outcome: other })).toMatchObject({ result: 'done' });
    const nobody = { ...completed, notices: [{ ...skip, relation: null }] };
    expect(await judgeTarget({ outcome: nobody })).toMatchObject({ result: 'unknown' });
  });

  it('asks the counters where two relations of one name share a pack and one was skipped', async () => {
    const outcome = { ...completed, notices: [skip] };
    expect(await judgeTarget({ outcome, namesakes: 2 })).toMatchObject({ result: 'done' });
    const both = { ...completed, notices: [skip, skip] };
    expect(await judgeTarget({ outcome: both, namesakes: 2 })).toMatchObject({ result: 'skipped' });
  });

  it('is skipped, for lack of permission or of a lock, where success was said and nothing shows', async () => {
    const notDone = seen('not_done', { may_maintain: false });
    expect(await judgeTarget({ seen: notDone })).toMatchObject({
      result: 'skipped',
      sqlstate: '42501',
    });
    const locked = { seen: seen('not_done'), execution: { skip_locked: true } };
    expect(await judgeTarget(locked)).toMatchObject({ result: 'skipped', sqlstate: '55P03' });
    expect(await judgeTarget({ seen: seen('not_done') })).toMatchObject({ result: 'unknown' });
  });

  it('of kinds whose commands fail rather than skip is the evidence alone', async () => {
    const execution = { skip_warnings: null };
    expect(await judgeTarget({ seen: seen('not_done'), execution })).toEqual({
      result: 'not_done',
    });
  });
});

describe('the delay before the next try', () => {
  const retry = { attempts: 4, delay_ms: 100, max_delay_ms: 300, on: ['55P03'] };
  const delay = async (
    tries: number,
    sqlstate: string,
    of: object | null,
  ): Promise<number | null> =>
    (
      await db.rows<{ ms: number | null }>('select runbook.retry_delay_ms($1, $2, $3) as ms', [
        of === null ? null : JSON.stringify(of),
        tries,
        sqlstate,
      ])
    )[0]!.ms;

  it.each([
    [1, 100],
    [2, 200],
    [3, 300],
  ])('after try %i lies between half of %i ms and all of it', async (tries, full) => {
    for (let i = 0; i < 20; i += 1) {
      const ms = await delay(tries, '55P03', retry);
      expect(ms).toBeGreaterThanOrEqual(full / 2);
      expect(ms).toBeLessThanOrEqual(full);
    }
  });

  it('is none after the last try, for another error, or without a declaration', async () => {
    expect(await delay(4, '55P03', retry)).toBeNull();
    expect(await delay(1, '40P01', retry)).toBeNull();
    expect(await delay(1, '55P03', null)).toBeNull();
  });
});

it('a whole has the same status here as in the engine', async () => {
  const { combineStatuses, TASK_STATUSES } = await import('../../../src/model/status.js');
  for (const a of TASK_STATUSES) {
    for (const b of TASK_STATUSES) {
      const [row] = await db.rows<{ status: string }>(
        'select runbook.combine_statuses($1) as status',
        [[a, b]],
      );
      expect(row?.status).toBe(combineStatuses([a, b]));
    }
  }
});

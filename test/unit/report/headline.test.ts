import { describe, expect, it } from 'vitest';
import { furtherReason, headline } from '../../../src/report/headline.js';
import { troublesOf } from '../../../src/report/troubles.js';
import { attempt, report, richReport, step, target, task } from './fixtures.js';

const failing = (n: number, sqlstate: string | null, reason: (i: number) => string) =>
  Array.from({ length: n }, (_, i) =>
    task(`a/${String(i)}`, {
      status: 'failed',
      reason: reason(i),
      targets: [target(`app.t${String(i)}`, null, null, { status: 'failed', sqlstate })],
    }),
  );

describe('the headline', () => {
  it('says in a sentence what happened', () => {
    expect(headline(richReport())).toBe(
      'nightly-maintenance failed: 1 of 12 tasks timed out; 2 were skipped; 1 task was left to the next run; 2 relations were skipped',
    );
    expect(headline(report([step('a', [task('a/1'), task('a/2')], [0, 1])]))).toBe(
      'nightly-maintenance succeeded: all 2 tasks succeeded in 40m 12s',
    );
    expect(headline(report([]))).toBe('nightly-maintenance succeeded: there was nothing to do');
  });
});

describe('the further reason', () => {
  it.each([
    ['1 task did not succeed; 2 tasks deferred', null],
    ['the connection was lost; 1 task did not succeed', 'the connection was lost'],
    ['3 relations skipped for lack of privilege', '3 relations skipped for lack of privilege'],
    [null, null],
  ])('of %j is %j', (reason, further) => {
    expect(furtherReason({ ...richReport().run, reason })).toBe(further);
  });
});

describe('troubles', () => {
  it('come worst first, with what the server said and what may help', () => {
    const troubles = troublesOf(richReport());
    expect(troubles.map(({ step: id, status, sqlstate }) => [id, status, sqlstate])).toEqual([
      ['reindex-bloated', 'timed_out', '57014'],
      ['vacuum-hot', 'skipped', '55P03'],
      ['refresh-reports', 'skipped', null],
    ]);
    expect(troubles[0]?.serverSaid[0]).toContain('blocked by pid 8812');
    expect(troubles[0]?.suggestion?.advice).toContain('raise the timeout');
  });

  it('do not repeat a reason as what the server said', () => {
    const messages = ['WARNING: skipping vacuum of "a" --- lock not available', 'INFO: more'];
    const reason = 'skipping vacuum of "a" --- lock not available';
    const one = task('a/1', {
      status: 'skipped',
      reason,
      attempts: [attempt(1, 0, 1, { messages })],
    });
    expect(troublesOf(report([step('a', [one], [0, 1])]))[0]).toMatchObject({
      reasons: [reason],
      serverSaid: ['INFO: more'],
    });
  });

  it('of one SQLSTATE are told once', () => {
    const tasks = failing(300, '42501', (i) => `permission denied for table t${String(i)}`);
    const [trouble, ...more] = troublesOf(report([step('a', tasks, [0, 1])]));
    expect(more).toEqual([]);
    expect(trouble?.places).toHaveLength(300);
    expect(trouble?.reasons).toHaveLength(300);
    expect(trouble?.suggestion?.code).toBe(
      'pg-runbook grants runbooks/nightly-maintenance.yaml --role dba',
    );
  });

  it('suggest a command that a shell takes as it is meant', () => {
    const made = report([
      step(
        'a',
        failing(1, '42501', () => 'denied'),
        [0, 1],
      ),
    ]);
    const odd = { ...made, runbook: { ...made.runbook, path: "a b'; rm -rf /.yaml" } };
    expect(troublesOf(odd)[0]?.suggestion?.code).toBe(
      String.raw`pg-runbook grants 'a b'\''; rm -rf /.yaml' --role dba`,
    );
  });

  it.each(['55P03', '57014', '40P01', '42501', '53000', '53100', '23505', 'XX001', '22012'])(
    'have a suggestion for %s, and none for a code that is none',
    (sqlstate) => {
      const advice = (code: string) =>
        troublesOf(
          report([
            step(
              'a',
              failing(1, code, () => 'x'),
              [0, 1],
            ),
          ]),
        )[0]?.suggestion;
      expect(advice(sqlstate)?.advice).toMatch(/\w{3}.*[.:]$/);
      expect(advice('constructor')).toBeUndefined();
      expect(advice('99999')).toBeUndefined();
    },
  );

  it('do not advise to retry what was retried', () => {
    const [one] = failing(1, '40P01', () => 'deadlock detected');
    expect(
      troublesOf(
        report([
          step('a', [{ ...one!, attempts: richReport().steps[1]!.tasks[1]!.attempts }], [0, 1]),
        ]),
      )[0]?.suggestion?.code,
    ).toBeUndefined();
  });
});

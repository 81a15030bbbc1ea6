import { describe, expect, it } from 'vitest';
import type { Step, Task } from '../../../src/generated/plan.v1.js';
import { catalogProblems, toFindings } from '../../../src/plan/findings.js';
import type { ServerInfo } from '../../../src/postgres/server.js';
import { RULES, type RuleId } from '../../../src/runbook/lint/rules.js';
import { target } from '../support.js';

const SERVER = { role: 'dba', seesAllSessions: true } as ServerInfo;

function task(
  number: number,
  name: string,
  oid: number,
  facts: Task['targets'][number]['facts'] = {},
): Task {
  return {
    number,
    sql: 'VACUUM',
    proof: 'catalog',
    queue_size: 1,
    reads_output: true,
    conflicts: [],
    shares_targets: false,
    after: [],
    targets: [target(name, { oid, table_oid: oid, facts })],
  };
}

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  kind: 'vacuum',
  needs: [],
  after: 'ended',
  policy: 'wait',
  on_failure: 'stop',
  concurrency: 1,
  timeout_ms: 1,
  lock_timeout_ms: 1,
  retry: null,
  settings: {},
  lock: { mode: 'x', blocks: 'y' },
  spec: {},
  batches: null,
  estimates: [],
  tasks: [task(1, 'app.t', 1)],
  left_out: [],
  ...more,
});

const view = (facts: Task['targets'][number]['facts'], concurrently = false): Step =>
  step('a', { kind: 'refresh', spec: { concurrently }, tasks: [task(1, 'app.v', 1, facts)] });

const large = (bytes: number, rows: number): Step =>
  step('a', {
    kind: 'sql',
    estimates: [{ command: 'DELETE', table: 'app.t', table_bytes: bytes, rows, why_not: null }],
  });

const GB = 1024 ** 3;

/** What breaks each rule that needs a server, and what does not. */
const CASES: Readonly<
  Partial<Record<RuleId, { bad: readonly Step[]; good: readonly Step[]; server?: ServerInfo }>>
> = {
  'matches-nothing': {
    bad: [step('a', { left_out: [{ name: 'app.x', reason: 'there is no such table' }] })],
    good: [step('a', { left_out: [{ name: 'app.x', reason: 'a foreign table' }] })],
  },
  'left-out': {
    bad: [step('a', { left_out: [{ name: 'app.x', reason: 'a foreign table' }] })],
    good: [step('a')],
  },
  'nothing-selected': { bad: [step('a', { tasks: [] })], good: [step('a')] },
  'no-privilege': {
    bad: [step('a', { tasks: [task(1, 'app.t', 1, { may_maintain: false })] })],
    good: [step('a', { tasks: [task(1, 'app.t', 1, { may_maintain: true })] })],
  },
  'sessions-hidden': {
    bad: [],
    good: [],
    server: { role: 'dba', seesAllSessions: false } as ServerInfo,
  },
  'refresh-could-be-concurrent': {
    bad: [view({ unique_index: true, populated: true })],
    good: [
      view({ unique_index: true, populated: false }),
      view({ unique_index: false, populated: true }),
    ],
  },
  'unordered-steps': {
    bad: [step('a'), step('b')],
    good: [
      step('a'),
      step('b', { needs: ['m'] }),
      step('m', { needs: ['a'], tasks: [task(1, 'app.u', 2)] }),
    ],
  },
  'detach-beside': {
    bad: [step('a', { policy: 'detach' }), step('b', { needs: ['a'], after: 'started' })],
    good: [step('a', { policy: 'detach' }), step('b', { tasks: [task(1, 'app.u', 2)] })],
  },
  'unbatched-dml': {
    bad: [large(2 * GB, 1_000_000)],
    good: [large(2 * GB, 10), large(1, 1_000_000)],
  },
};

const codes = (steps: readonly Step[], server = SERVER): string[] =>
  toFindings(catalogProblems(server, steps), steps, undefined).map(({ code }) => code);

describe('rules of the catalogs', () => {
  it('have a case each', () => {
    const judged = Object.entries(RULES).filter(([, { judgedBy }]) => judgedBy === 'catalog');
    expect(Object.keys(CASES).sort()).toEqual(judged.map(([id]) => id).sort());
  });

  it.each(Object.entries(CASES))('%s', (id, { bad, good, server }) => {
    expect(codes(bad, server)).toContain(id);
    expect(codes(good)).not.toContain(id);
  });
});

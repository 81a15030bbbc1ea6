import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';
import {
  endWaiting,
  fabricate,
  nextLaunches,
  type FakeStep,
  type FakeTask,
  type Skipped,
} from './fabricate.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

const RUNNING = { status: 'running', live: 'running' } as const;
const step = (id: string, tasks: FakeTask[], more: Partial<FakeStep> = {}): FakeStep => ({
  id,
  tasks,
  ...more,
});

async function launched(steps: FakeStep[], room?: Record<string, number>): Promise<string[]> {
  await fabricate(db, steps);
  return nextLaunches(db, steps, room);
}

async function skipped(steps: FakeStep[], windowEndsAt?: number): Promise<Skipped[]> {
  await fabricate(db, steps, windowEndsAt === undefined ? {} : { windowEndsAt });
  return endWaiting(db, steps);
}

describe('tasks that may be launched', () => {
  const shared = { conflicts: ['t'], shares_targets: true };
  const held = { conflicts: ['t'] };
  it.each<[string, FakeStep[], string[]]>([
    [
      'as many as the concurrency allows',
      [step('s', [{}, {}, {}], { concurrency: 2 })],
      ['s/1', 's/2'],
    ],
    ['what runs counts', [step('s', [RUNNING, {}])], []],
    ['not before their time', [step('s', [{ not_before: 60 }, { not_before: -1 }])], ['s/2']],
    [
      'not before the tasks of the step that come before',
      [step('s', [RUNNING, { after: [1] }, {}], { concurrency: 5 })],
      ['s/3'],
    ],
    [
      'after those have ended, in whatever way',
      [step('s', [{ status: 'failed' }, { after: [1] }], { on_failure: 'continue' })],
      ['s/2'],
    ],
    [
      'not before the steps that are needed',
      [step('s', [RUNNING]), step('t', [{}], { needs: ['s'] })],
      [],
    ],
    [
      'after a needed step has ended',
      [
        step('s', [{ status: 'succeeded' }], { status: 'succeeded' }),
        step('t', [{}], { needs: ['s'] }),
      ],
      ['t/1'],
    ],
    [
      'one at a time of a relation',
      [
        step('s', [{ conflicts: ['a'] }]),
        step('t', [{ conflicts: ['a', 'b'] }]),
        step('u', [{ conflicts: ['b'] }]),
      ],
      ['s/1', 'u/1'],
    ],
    [
      'several of a step that shares a relation',
      [step('walk', [shared, shared], { concurrency: 2 }), step('other', [held])],
      ['walk/1', 'walk/2'],
    ],
    [
      'none of those beside another step’s',
      [step('other', [held]), step('walk', [shared, shared], { concurrency: 2 })],
      ['other/1'],
    ],
    [
      'an attempt that is recorded and found no slot first',
      [
        step('s', [{ live: 'pending', conflicts: ['a'] }, { conflicts: ['a'] }], {
          concurrency: 2,
        }),
      ],
      ['s/1'],
    ],
    [
      'none of a relation that a detached step works on, or will',
      [
        step('d', [{ status: 'detached', conflicts: ['a'] }], {
          policy: 'detach',
          status: 'detached',
        }),
        step('s', [{ conflicts: ['a'] }, {}], { concurrency: 2 }),
      ],
      ['s/2'],
    ],
    [
      'a detached step as a whole, to a supervisor',
      [
        step('d', [{ conflicts: ['a'] }, {}], { policy: 'detach' }),
        step('s', [{ conflicts: ['a'] }, {}], { concurrency: 2 }),
      ],
      ['d', 's/2'],
    ],
    [
      'no detached step while something runs on one of its relations',
      [step('s', [{ ...RUNNING, ...held }]), step('d', [held], { policy: 'detach' })],
      [],
    ],
  ])('%s', async (_title, steps, expected) => {
    expect(await launched(steps)).toEqual(expected);
  });

  it.each(['ended', 'started'] as const)('after: %s', async (after) => {
    const detached = step('d', [{ status: 'detached' }], { policy: 'detach', status: 'detached' });
    const next = step('n', [{}], { needs: ['d'], after });
    expect(await launched([detached, next])).toEqual(after === 'started' ? ['n/1'] : []);
  });

  it('no more than there is room for, over all steps', async () => {
    const steps = ['s', 't', 'u'].map((id) => step(id, [{}]));
    expect(await launched(steps, { '': 2 })).toEqual(['s/1', 't/1']);
    const detached = step('d', [{}], { policy: 'detach' });
    expect(await launched([detached], { '': 1 })).toEqual([]);
  });

  it.each([
    [{ io: 0 }, ['c/1']],
    [{ io: 1 }, ['a/1', 'c/1']],
    [{ io: 9 }, ['a/1', 'a/2', 'b/1', 'c/1']],
  ])('by named budgets %j', async (room, expected) => {
    const heavy = { budgets: { io: 2 }, concurrency: 3 };
    const steps = [step('a', [{}, {}], heavy), step('b', [{}], heavy), step('c', [{}])];
    expect(await launched(steps, { '': 9, ...room })).toEqual(expected);
  });
});

describe('tasks that are never launched', () => {
  it.each(['failed', 'timed_out', 'cancelled', 'unknown'])(
    'all others after one that %s, under on_failure: stop',
    async (status) => {
      const told = await skipped([step('s', [{ status }, {}]), step('t', [{}])]);
      expect(told.map(({ task }) => task)).toEqual(['s/2', 't/1']);
      expect(told[0]?.reason).toContain('step s did not succeed');
    },
  );

  it('under on_failure: continue those that need the step', async () => {
    const steps = [
      step('s', [{ status: 'failed' }, {}], { on_failure: 'continue' }),
      step('t', [{}], { needs: ['s'] }),
      step('u', [{}]),
    ];
    const told = await skipped(steps);
    expect(told).toEqual([
      { task: 't/1', reason: 'it needs step s, which did not succeed', deferred: false },
    ]);
    expect(await nextLaunches(db, steps)).toEqual(['s/2', 'u/1']);
  });

  it('those that need a step that the run could not come to', async () => {
    const steps = [
      step('s', [{ status: 'skipped', blocked: true }], { status: 'skipped' }),
      step('t', [{}], { needs: ['s'] }),
    ];
    expect(await skipped(steps)).toHaveLength(1);
    const passed = [step('s', [{ status: 'skipped' }], { status: 'skipped' }), steps[1]!];
    expect(await skipped(passed)).toEqual([]);
  });

  it('those that need what was left to the next run, which is no failure', async () => {
    const steps = [
      step('s', [{ status: 'cancelled', deferred: true }], { status: 'cancelled' }),
      step('t', [{}], { needs: ['s'] }),
      step('u', [{}]),
    ];
    expect(await skipped(steps)).toMatchObject([{ task: 't/1', deferred: true }]);
  });

  it('those that are known not to fit into the window, and only those', async () => {
    const tasks = [{ expected_ms: 120_000 }, { expected_ms: 1000 }, {}];
    expect(await skipped([step('s', tasks)], 60)).toMatchObject([{ task: 's/1', deferred: true }]);
    expect(await skipped([step('s', tasks)], -1)).toHaveLength(3);
  });
});

const anyTask = fc.record(
  {
    status: fc.constantFrom('pending', 'running', 'succeeded', 'failed'),
    not_before: fc.constantFrom(-10, 600),
    conflicts: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
  },
  { requiredKeys: ['status'] },
);
const anySteps = fc.array(
  fc.record({
    tasks: fc.array(anyTask, { maxLength: 6 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
    budgets: fc.constantFrom({}, { io: 1 }, { io: 1, net: 1 }),
    on_failure: fc.constantFrom('stop' as const, 'continue' as const),
    needsFirst: fc.boolean(),
    sharing: fc.boolean(),
  }),
  { maxLength: 5 },
);

test.prop([anySteps, fc.nat(6)], { numRuns: 2000 })(
  'whatever the state, no budget, concurrency, order or conflict is ever exceeded',
  async (specs, free) => {
    const steps: FakeStep[] = specs.map(({ needsFirst, sharing, tasks, ...spec }, index) => ({
      ...spec,
      id: String(index),
      status: 'running',
      needs: index > 0 && needsFirst ? ['0'] : [],
      tasks: tasks.map((task) => ({
        ...task,
        shares_targets: sharing,
        ...(task.status === 'running' ? { live: 'running' as const } : {}),
      })),
    }));
    const room = { '': free, io: Math.floor(free / 2) };
    await fabricate(db, steps);
    const ended = new Set((await endWaiting(db, steps)).map(({ task }) => task));
    const launches = new Set(await nextLaunches(db, steps, room));
    const all = steps.flatMap((of) =>
      of.tasks.map((task, i) => ({ of, task, id: `${of.id}/${String(i + 1)}` })),
    );
    const begun = all.filter(({ id }) => launches.has(id));
    const working = all.filter(({ id, task }) => launches.has(id) || task.live === 'running');
    expect(begun.length).toBeLessThanOrEqual(free);
    expect(begun.filter(({ of }) => 'io' in (of.budgets ?? {})).length).toBeLessThanOrEqual(
      room.io,
    );
    for (const of of steps) {
      const mine = working.filter((one) => one.of === of);
      if (mine.some(({ id }) => launches.has(id)))
        expect(mine.length).toBeLessThanOrEqual(of.concurrency ?? 1);
    }
    for (const { of, task, id } of begun) {
      expect(task.status).toBe('pending');
      expect(task.not_before ?? 0).toBeLessThan(600);
      expect(ended.has(id)).toBe(false);
      const rivals = working.filter(
        (one) =>
          one.task !== task &&
          !(one.of === of && task.shares_targets === true) &&
          (one.task.conflicts ?? []).some((key) => task.conflicts?.includes(key)),
      );
      expect(rivals).toEqual([]);
      for (const need of of.needs ?? []) {
        const open = all.filter((one) => one.of.id === need && !ended.has(one.id));
        expect(open.every((one) => ['succeeded', 'failed'].includes(one.task.status ?? ''))).toBe(
          true,
        );
      }
    }
  },
  300_000,
);

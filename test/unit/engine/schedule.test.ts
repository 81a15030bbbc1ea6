import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  schedule as decide,
  type Decision,
  type SchedulableStep,
  type SchedulableTask,
} from '../../../src/engine/schedule.js';

type Task = SchedulableTask & { name: string };
type Step = SchedulableStep<Task>;

const task = (name: string, more: Partial<Task> = {}): Task => ({
  name,
  phase: 'waiting',
  status: 'pending',
  notBefore: 0,
  conflicts: [],
  sharesTargets: false,
  deferred: false,
  expectedMs: undefined,
  after: [],
  ...more,
});

const step = (id: string, tasks: Task[], more: Partial<Step> = {}): Step => ({
  id,
  needs: [],
  after: 'ended',
  policy: 'wait',
  concurrency: 1,
  budgets: {},
  onFailure: 'stop',
  blocked: false,
  tasks,
  ...more,
});

const ROOMY = { workers: 9, named: {} };

function schedule(
  steps: readonly Step[],
  freeWorkers: number,
  now: number,
  reason?: string,
): Decision<Task> {
  const stop = reason === undefined ? undefined : { reason, deferred: false };
  return decide(steps, now, { room: { workers: freeWorkers, named: {} }, stop });
}

const names = (tasks: readonly Task[]): string[] => tasks.map((t) => t.name);

describe('schedule', () => {
  it('lets tasks of a step share a relation only where its kind does', () => {
    const shared = (name: string): Task =>
      task(name, { conflicts: ['t'], sharesTargets: true, phase: 'waiting' });
    const walk = step('walk', [shared('a'), shared('b')], { concurrency: 2 });
    const other = step('other', [task('c', { conflicts: ['t'] })]);
    expect(names(schedule([walk, other], 9, 0).launch)).toEqual(['a', 'b']);
    expect(names(schedule([other, walk], 9, 0).launch)).toEqual(['c']);
  });

  it('launches as many tasks of a step as its concurrency allows', () => {
    const tasks = ['a', 'b', 'c'].map((name) => task(name));
    expect(names(schedule([step('s', tasks, { concurrency: 2 })], 9, 0).launch)).toEqual([
      'a',
      'b',
    ]);
  });

  it('counts what already runs against the concurrency', () => {
    const tasks = [task('a', { phase: 'running', status: 'running' }), task('b')];
    expect(schedule([step('s', tasks)], 9, 0).launch).toEqual([]);
  });

  it('launches no more than there are free workers, over all steps', () => {
    const steps = ['s', 't', 'u'].map((id) => step(id, [task(id)]));
    expect(names(schedule(steps, 2, 0).launch)).toEqual(['s', 't']);
  });

  it('waits for needed steps to end', () => {
    const first = step('s', [task('a', { phase: 'running', status: 'running' })]);
    const second = step('t', [task('b')], { needs: ['s'] });
    expect(schedule([first, second], 9, 0)).toMatchObject({ launch: [], skip: [] });
    const ended = step('s', [task('a', { phase: 'ended', status: 'succeeded' })]);
    expect(names(schedule([ended, second], 9, 0).launch)).toEqual(['b']);
  });

  it('takes a needed step without tasks as ended', () => {
    const steps = [step('s', []), step('t', [task('b')], { needs: ['s'] })];
    expect(names(schedule(steps, 9, 0).launch)).toEqual(['b']);
  });

  it('waits within a step for the tasks that come before', () => {
    const first = task('a', { phase: 'running', status: 'running' });
    const second = task('b', { after: [1] });
    const more = { concurrency: 5 };
    expect(schedule([step('s', [first, second], more)], 9, 0).launch).toEqual([]);
    const ended = { ...first, phase: 'ended', status: 'failed' } as const;
    const goOn = { ...more, onFailure: 'continue' } as const;
    expect(names(schedule([step('s', [ended, second], goOn)], 9, 0).launch)).toEqual(['b']);
  });

  it('never runs two tasks that share a conflict', () => {
    const steps = [
      step('s', [task('a', { conflicts: ['relation:1'] })]),
      step('t', [task('b', { conflicts: ['relation:1', 'relation:2'] })]),
      step('u', [task('c', { conflicts: ['relation:2'] })]),
    ];
    expect(names(schedule(steps, 9, 0).launch)).toEqual(['a', 'c']);
  });

  it.each(['failed', 'timed_out', 'cancelled', 'unknown'] as const)(
    'skips everything else after a task that %s, under on_failure stop',
    (status) => {
      const steps = [
        step('s', [task('a', { phase: 'ended', status }), task('b')]),
        step('t', [task('c')]),
      ];
      const { launch, skip } = schedule(steps, 9, 0);
      expect(launch).toEqual([]);
      expect(names(skip.map((entry) => entry.task))).toEqual(['b', 'c']);
      expect(skip[0]?.reason).toContain('step s');
    },
  );

  it('goes on after a failure under on_failure continue, except for what needs the step', () => {
    const steps = [
      step('s', [task('a', { phase: 'ended', status: 'failed' }), task('b')], {
        onFailure: 'continue',
      }),
      step('t', [task('c')], { needs: ['s'] }),
      step('u', [task('d')]),
    ];
    const { launch, skip } = schedule(steps, 9, 0);
    expect(names(launch)).toEqual(['b', 'd']);
    expect(names(skip.map((entry) => entry.task))).toEqual(['c']);
    expect(skip[0]?.reason).toContain('step s');
  });

  it('skips what needs a blocked step', () => {
    const steps = [
      step('s', [task('a', { phase: 'ended', status: 'skipped' })], { blocked: true }),
      step('t', [task('b')], { needs: ['s'] }),
    ];
    expect(schedule(steps, 9, 0).skip).toHaveLength(1);
  });

  it('goes on after a step whose relations were all skipped by the server', () => {
    const steps = [
      step('s', [task('a', { phase: 'ended', status: 'skipped' })]),
      step('t', [task('b')], { needs: ['s'] }),
    ];
    expect(names(schedule(steps, 9, 0).launch)).toEqual(['b']);
  });

  it('waits for a retry until its time', () => {
    const steps = [step('s', [task('a', { notBefore: 500 }), task('b', { notBefore: 600 })])];
    expect(schedule(steps, 9, 499).launch).toEqual([]);
    expect(names(schedule(steps, 9, 500).launch)).toEqual(['a']);
  });

  it('hands a detached step over as a whole, when there is a slot for a task beside the supervisor', () => {
    const detached = step('d', [task('a', { conflicts: ['x'] }), task('b')], { policy: 'detach' });
    const other = step('s', [task('c', { conflicts: ['x'] }), task('d')], { concurrency: 2 });
    expect(schedule([detached], 1, 0)).toMatchObject({ handOver: [], launch: [] });
    const decision = schedule([detached, other], 3, 0);
    expect(decision.handOver).toEqual(['d']);
    expect(names(decision.launch)).toEqual(['d']);
  });

  it('does not hand over while a running task works on the same relation', () => {
    const detached = step('d', [task('a', { conflicts: ['x'] })], { policy: 'detach' });
    const busy = step('s', [task('c', { phase: 'running', status: 'running', conflicts: ['x'] })]);
    expect(schedule([busy, detached], 9, 0).handOver).toEqual([]);
  });

  it('keeps others away from what a supervisor works on', () => {
    const given = task('a', { phase: 'handed_over', conflicts: ['x'] });
    const other = step('s', [task('c', { conflicts: ['x'] }), task('d')], { concurrency: 2 });
    const steps = [step('d', [given], { policy: 'detach' }), other];
    expect(names(schedule(steps, 9, 0).launch)).toEqual(['d']);
  });

  it('lets a step begin after the start of a detached one only where that is enough', () => {
    const given = step('d', [task('a', { phase: 'handed_over' })], { policy: 'detach' });
    const next = (after: 'ended' | 'started'): Step =>
      step('n', [task('b')], { needs: ['d'], after });
    expect(names(schedule([given, next('ended')], 9, 0).launch)).toEqual([]);
    expect(names(schedule([given, next('started')], 9, 0).launch)).toEqual(['b']);
  });

  it('launches nothing when stopped', () => {
    const steps = [step('s', [task('a'), task('b', { phase: 'running', status: 'running' })])];
    const { launch, skip } = schedule(steps, 9, 0, 'interrupted');
    expect(launch).toEqual([]);
    expect(skip).toMatchObject([{ reason: 'interrupted' }]);
  });

  it('stops a step of more tasks than a call has arguments', () => {
    const tasks = Array.from({ length: 200_000 }, () => task('a'));
    expect(schedule([step('s', tasks)], 9, 0, 'interrupted').skip).toHaveLength(tasks.length);
  });
});

describe('a named budget', () => {
  const heavy = { budgets: { io: 2 }, concurrency: 3 };
  const steps = [
    step('a', [task('a1'), task('a2')], heavy),
    step('b', [task('b1')], heavy),
    step('c', [task('c1')]),
  ];
  const launch = (io: number): string[] =>
    names(decide(steps, 0, { room: { workers: 9, named: { io } } }).launch);

  it('limits the steps that name it together, and no others', () => {
    expect(launch(0)).toEqual(['c1']);
    expect(launch(1)).toEqual(['a1', 'c1']);
    expect(launch(9)).toEqual(['a1', 'a2', 'b1', 'c1']);
  });

  it('lets a task of two budgets wait for both', () => {
    const both = step('d', [task('d1')], { budgets: { io: 2, net: 2 } });
    const with_ = (named: Record<string, number>): string[] =>
      names(decide([both], 0, { room: { workers: 9, named } }).launch);
    expect(with_({ io: 1, net: 0 })).toEqual([]);
    expect(with_({ io: 1, net: 1 })).toEqual(['d1']);
  });
});

describe('a window', () => {
  const within = (steps: readonly Step[], now: number): Decision<Task> =>
    decide(steps, now, { room: ROOMY, windowEndsAt: 100 });

  it('leaves to the next run what is known not to fit, and only that', () => {
    const steps = [
      step('s', [
        task('long', { expectedMs: 51 }),
        task('fits', { expectedMs: 50 }),
        task('unknown'),
      ]),
    ];
    const { launch, skip } = within(steps, 50);
    expect(names(launch)).toEqual(['fits']);
    expect(skip).toMatchObject([{ task: { name: 'long' }, deferred: true }]);
    expect(within(steps, 49).skip).toEqual([]);
  });

  it('leaves what needs something that was left, and does not call that a failure', () => {
    const left = task('a', { phase: 'ended', status: 'cancelled', deferred: true });
    const next = step('t', [task('b')], { needs: ['s'] });
    const beside = step('u', [task('c')]);
    const { launch, skip } = within([step('s', [left]), next, beside], 0);
    expect(names(launch)).toEqual(['c']);
    expect(skip).toMatchObject([{ task: { name: 'b' }, deferred: true }]);
    expect(skip[0]?.reason).toContain('left to the next run');
  });

  it('that is over leaves everything', () => {
    const stop = { reason: 'the window closed', deferred: true };
    const { launch, skip } = decide([step('s', [task('a')])], 0, { room: ROOMY, stop });
    expect([launch, skip]).toMatchObject([[], [{ reason: 'the window closed', deferred: true }]]);
  });
});

const anyTask = fc.record({
  name: fc.string(),
  phase: fc.constantFrom('waiting' as const, 'running' as const, 'ended' as const),
  status: fc.constantFrom('pending' as const, 'succeeded' as const, 'failed' as const),
  notBefore: fc.nat(10),
  conflicts: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
  sharesTargets: fc.constant(false),
  deferred: fc.constant(false),
  expectedMs: fc.constant(undefined),
  after: fc.constant([]),
});

const anySteps = fc.array(
  fc.record({
    tasks: fc.array(anyTask, { maxLength: 6 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
    budgets: fc.constantFrom({}, { io: 1 }, { io: 1, net: 1 }),
    onFailure: fc.constantFrom('stop' as const, 'continue' as const),
    blocked: fc.boolean(),
    needsFirst: fc.boolean(),
    sharing: fc.boolean(),
  }),
  { maxLength: 5 },
);

/** Which tasks of a kind claim which conflict keys. */
function claims(steps: readonly Step[], wanted: (t: Task) => boolean): [Step, Task, string][] {
  return steps.flatMap((s) =>
    s.tasks
      .filter(wanted)
      .flatMap((t) => t.conflicts.map((key): [Step, Task, string] => [s, t, key])),
  );
}

test.prop([anySteps, fc.nat(6), fc.nat(10)], { numRuns: 1000 })(
  'whatever the state, no budget, concurrency or conflict is ever exceeded',
  (specs, free, now) => {
    const steps: Step[] = specs.map((spec, index) => ({
      ...spec,
      tasks: spec.tasks.map((t) => ({ ...t, sharesTargets: spec.sharing })),
      id: String(index),
      after: 'ended',
      policy: 'wait',
      needs: index > 0 && spec.needsFirst ? ['0'] : [],
    }));
    const named = { io: Math.floor(free / 2) };
    const { launch, skip } = decide(steps, now, { room: { workers: free, named } });
    const launched = new Set(launch);
    expect(launch.length).toBeLessThanOrEqual(free);
    const usesIo = steps.filter(({ budgets }) => 'io' in budgets);
    const withIo = usesIo.flatMap(({ tasks }) => tasks.filter((t) => launched.has(t)));
    expect(withIo.length).toBeLessThanOrEqual(named.io);
    for (const { concurrency, tasks } of steps) {
      const started = tasks.filter((t) => launched.has(t)).length;
      const running = tasks.filter((t) => t.phase === 'running').length;
      expect(started === 0 || started + running <= concurrency).toBe(true);
    }
    for (const [s, t, key] of claims(steps, (one) => launched.has(one))) {
      const others = claims(steps, (one) => one.phase === 'running' || launched.has(one)).filter(
        ([otherStep, other, otherKey]) =>
          other !== t && otherKey === key && !(otherStep === s && t.sharesTargets),
      );
      expect(others).toEqual([]);
    }
    for (const t of [...launch, ...skip.map((entry) => entry.task)]) {
      expect(t.phase).toBe('waiting');
    }
    for (const t of launch) expect(t.notBefore).toBeLessThanOrEqual(now);
  },
);

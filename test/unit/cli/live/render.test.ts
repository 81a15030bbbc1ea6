import { fc, test } from '@fast-check/vitest';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { readTasks } from '../../../../src/cli/live/reading.js';
import { render, type Canvas } from '../../../../src/cli/live/render.js';
import {
  makeView,
  trackAll,
  type Tracks,
  type View,
  type Watcher,
} from '../../../../src/cli/live/view.js';
import type { RunLook } from '../../../../src/engine/live.js';
import { makeLook, START, step, task, vacuuming, walk, worker } from './looks.js';

const plain = (columns: number, rows: number): Canvas => ({
  columns,
  rows,
  unicode: true,
  paint: (_style, text) => text,
});

interface More {
  readonly watcher?: Watcher;
  readonly stopping?: boolean;
  readonly now?: number;
}

/** The view after some looks. */
function viewOf(looks: readonly RunLook[], { watcher, stopping, now }: More = {}): View {
  const tracks = looks.reduce<Tracks>((known, look) => trackAll(known, readTasks(look)), new Map());
  const look = looks.at(-1)!;
  return makeView(
    { look, tracks, watcher: watcher ?? 'engine', stopping: stopping ?? false },
    now ?? look.at,
  );
}

const show = (looks: readonly RunLook[], columns = 100, more: More = {}): string[] =>
  render(viewOf(looks, more), plain(columns, 30));

/** A vacuum that goes on at 50 blocks a second. */
const vacuums = [0, 1, 2, 3, 4, 5].map((i) =>
  makeLook([step('hot', [task('hot/1')])], [vacuuming('hot/1', 100 + i * 50)], {
    at: START + 10_000 + i * 1_000,
  }),
);

describe('the view', () => {
  it('shows a vacuum with its share, pace and end', () => {
    expect(show(vacuums, 120)).toEqual([
      'nightly 3 · run 20261121-abc123 · running 15s',
      '0 of 1 task done · 1 running',
      'workers 1/2 · server 2 of 8 worker slots, 1 kept free',
      'hot/1  public.orders  █████░░░░░░░░░░░  35%  phase ~13s      400.0 kB/s      15s      scanning heap',
      'Ctrl-C cancels what runs, launches nothing more; twice: leaves at once',
    ]);
  });

  it('leaves out what matters least on a narrow terminal', () => {
    expect(show(vacuums, 40)).toEqual(
      [
        'nightly 3 · 20261121-abc123 · running 1…',
        '0 of 1 task done · 1 running',
        'workers 1/2 · server 2 of 8 worker slo…',
        'hot/1   35%  scanning heap',
        'Ctrl-C cancels what runs',
      ].map((line) => expect.stringContaining(line.slice(0, 30)) as string),
    );
    expect(show(vacuums, 39)).toEqual([]);
  });

  it('calls time what is no progress, and draws no bar for it', () => {
    const sql = task('fix/1', { targets: [], sql: 'delete from a\n where b' });
    const [, , , line] = show([makeLook([step('fix', [sql])], [worker('fix/1')])]);
    expect(line).toBe(
      'fix/1  delete from a  10s of at most 20m 0s (time; nothing tells the progress)',
    );
    expect(line).not.toMatch(/[█░%]/);
    const known = {
      ...sql,
      expected: { basis: 'same' as const, p50_ms: 240_000, p95_ms: 300_000 },
    };
    expect(show([makeLook([step('fix', [known])], [worker('fix/1')])])[3]).toContain(
      'usually 4m 0s',
    );
  });

  it('says who is in the way, and no end then', () => {
    const looks = vacuums.map((look) => ({
      ...look,
      server: {
        ...look.server,
        workers: look.server.workers.map((one) => ({
          ...one,
          wait: 'Lock/relation',
          blocked_by: [77, 0],
        })),
      },
    }));
    const line = show(looks)[3];
    expect(line).toMatch(/35% .* blocked by pid 77, a prepared/);
    expect(line).not.toContain('~');
    const facts = {
      phase: 'waiting for old snapshots',
      lockers_total: 2,
      lockers_done: 0,
      current_locker_pid: 99,
    };
    const rebuild = worker('hot/1', { command: 'create_index', facts });
    expect(show([makeLook([step('hot', [task('hot/1')])], [rebuild])])[3]).toContain(
      'pid 99 has to end first',
    );
  });

  it('shows a walk by its checkpoints, and never all of an estimate', () => {
    const look = (seen: number, i: number): RunLook =>
      makeLook(
        [step('fill', [task('fill/1')], { progress: walk(seen, 1_000) })],
        [worker('fill/1')],
        {
          at: START + i * 1_000,
        },
      );
    expect(show([100, 200, 300, 400, 500].map(look))[3]).toMatch(/50% {2}~5s left /);
    expect(show([look(5_000, 0)])[3]).toContain(' 99%');
  });

  it('shows a walk of several tasks once, and its tasks below without bars', () => {
    const tasks = [task('fill/1'), task('fill/2')];
    const part = {
      number: 1,
      above: null,
      upto: null,
      reached: null,
      rows_seen: 1,
      rows_changed: 1,
      batches: 1,
      finished_at: null,
    };
    const progress = walk(250, 1_000, {
      parts: [
        { ...part, task: 1, batch_rows: 500, batch_ms: 480, paused_for: null },
        { ...part, number: 2, task: 2, batch_rows: 10, batch_ms: 9, paused_for: 'guard replicas' },
      ],
    });
    const lines = show(
      [makeLook([step('fill', tasks, { progress })], [worker('fill/1'), worker('fill/2')])],
      110,
    );
    expect(lines[3]).toMatch(/^fill {5,}public.orders .* 25%/);
    expect(lines[4]).toMatch(/^ fill\/1 .*batches of 500 rows in 480ms$/);
    expect(lines[5]).toMatch(/^ fill\/2 .*paused: guard replicas$/);
  });

  it('keeps detached work apart from what is waited for', () => {
    const detached = step('slow', [task('slow/1', { status: 'pending', attempts: [] })], {
      policy: 'detach',
      status: 'detached',
    });
    const lines = show([
      makeLook(
        [detached, step('hot', [task('hot/1')])],
        [worker('slow/supervisor', { pid: 99 }), vacuuming('slow/1', 10), vacuuming('hot/1', 20)],
      ),
    ]);
    expect(lines[1]).toBe('0 of 2 tasks done · 1 running · 1 detached');
    expect(lines.slice(3)).toEqual([
      expect.stringMatching(/^hot\/1 /),
      'detached, these run on without this command; supervisor: pid 99',
      expect.stringMatching(/^slow\/1 .* 1%/),
      'Ctrl-C cancels what runs, launches nothing more, detached tasks run on; twice: leaves at once',
    ]);
  });

  it('tells what is waited for, and what comes then', () => {
    const later = step(
      'later',
      [task('later/1', { status: 'pending' }), task('later/2', { status: 'pending' })],
      { status: 'pending' },
    );
    const look = makeLook([step('hot', [task('hot/1')]), later], [vacuuming('hot/1', 1)], {
      waits: [
        { kind: 'pause', why: 'paused by ann@ops: incident\u001b[2J 4711' },
        { kind: 'guard', why: 'guard replicas keep up: lag 40s' },
        { kind: 'retry', why: 'hot/2 is tried again', until: START + 35_000 },
      ],
      run: { window_ends_at: '2026-11-21T02:35:00.000Z' },
    });
    const needing = {
      ...look,
      plan: look.plan.map((one) => (one.id === 'later' ? { ...one, needs: ['hot'] } : one)),
    };
    const lines = show([needing]);
    expect(lines[0]).toContain('window closes in 4m 50s');
    expect(lines.slice(4, 8)).toEqual([
      'waits  paused by ann@ops: incident\uFFFD[2J 4711',
      'waits  guard replicas keep up: lag 40s',
      'waits  hot/2 is tried again in 25s',
      'then   later (2 of 2, after hot)',
    ]);
  });

  it('says what Ctrl-C does, by who asks', () => {
    const last = (more: More): string => show(vacuums, 140, more).at(-1) ?? '';
    expect(last({ watcher: 'wait' })).toBe(
      'Ctrl-C ends this waiting only, the run goes on; to stop it: pg-runbook cancel 20261121-abc123',
    );
    expect(last({ watcher: 'follow' })).toContain('Ctrl-C ends this looking only');
    expect(last({ stopping: true })).toContain('Ctrl-C again leaves at once');
    expect(show(vacuums, 100, { stopping: true })[0]).toContain('stopping 15s');
  });

  it('says when the server has not answered for a while', () => {
    expect(show(vacuums, 100, { now: START + 30_000 }).join('\n')).toContain(
      'no look at the server for 15s',
    );
  });

  it('folds what has no room', () => {
    const tasks = Array.from({ length: 40 }, (_, i) => task(`hot/${String(i + 1)}`));
    const look = makeLook(
      [step('hot', tasks)],
      tasks.map(({ id }) => vacuuming(id, 5)),
    );
    const lines = render(viewOf([look]), plain(80, 12));
    expect(lines).toHaveLength(11);
    expect(lines).toContainEqual('and 34 more');
    expect(lines.filter((line) => line.startsWith('hot/'))).toHaveLength(6);
  });

  it('has bars without Unicode, and colours only where there are some', () => {
    const canvas = {
      ...plain(100, 30),
      unicode: false,
      paint: (style: string, text: string) => `<${style}>${text}`,
    };
    const line = render(viewOf(vacuums), canvas)[3];
    expect(line).toContain('<green>###<dim>-------  35%');
  });
});

describe('any view', () => {
  const name = fc.oneof(
    fc.constantFrom('注文.テーブル', 'a\u001b[31m', 'e\u0301\u0301', '👩‍👩‍👧', 'x'.repeat(300), ''),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const count = fc.oneof(
    fc.integer({ min: -5, max: 5_000 }),
    fc.constant(Number.NaN),
    fc.constant(1e18),
  );
  const one = fc.record({
    name,
    policy: fc.constantFrom('wait' as const, 'detach' as const),
    status: fc.constantFrom(
      'running' as const,
      'pending' as const,
      'failed' as const,
      'succeeded' as const,
    ),
    phase: fc.oneof(fc.constantFrom('scanning heap', 'truncating heap', 'vacuuming indexes'), name),
    scanned: count,
    total: count,
    walked: fc.option(count),
    command: fc.constantFrom('vacuum' as const, 'create_index' as const, 'copy' as const, null),
    waits: fc.option(fc.constantFrom('Lock/relation', 'IO/DataFileRead')),
  });
  const some = fc.record({
    tasks: fc.array(one, { maxLength: 25 }),
    waits: fc.array(name, { maxLength: 8 }),
    reason: fc.option(name),
    columns: fc.integer({ min: 1, max: 220 }),
    rows: fc.integer({ min: 1, max: 60 }),
    watcher: fc.constantFrom('engine' as const, 'wait' as const, 'follow' as const),
    stopping: fc.boolean(),
    late: fc.integer({ min: -100_000, max: 100_000_000 }),
  });

  test.prop([some])('fits the terminal, whatever it shows', (given) => {
    const { columns, rows, late } = given;
    const steps = given.tasks.map((each, i) => {
      const id = `${each.name}${String(i)}`;
      const targets = [{ ...task('a/1').targets[0]!, name: each.name }];
      const progress = each.walked === null ? null : walk(each.walked, each.total);
      return step(id, [task(`${id}/1`, { status: each.status, targets })], {
        policy: each.policy,
        status: each.policy === 'detach' ? 'detached' : 'running',
        progress,
      });
    });
    const workers = given.tasks.map((each, i) =>
      worker(`${each.name}${String(i)}/1`, {
        command: each.command,
        relation: each.name,
        wait: each.waits,
        blocked_by: [1],
        facts: {
          phase: each.phase,
          heap_blks_scanned: each.scanned,
          heap_blks_total: each.total,
          blocks_done: each.scanned,
          blocks_total: each.total,
        },
      }),
    );
    const waits = given.waits.map((why) => ({ kind: 'guard' as const, why }));
    const look = makeLook(steps, workers, { waits, run: { reason: given.reason } });
    const lines = render(
      viewOf([{ ...look, at: look.at - 1_000 }, look], { ...given, now: look.at + late }),
      plain(columns, rows),
    );
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) {
      expect(stringWidth(line)).toBeLessThan(columns);
      expect(line).not.toMatch(
        /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]|NaN|undefined|Infinity|~-\d/u,
      );
      for (const [, percent] of line.matchAll(/[█░] +(\d+)%/g))
        expect(Number(percent)).toBeLessThanOrEqual(100);
    }
    if (columns < 40) expect(lines).toEqual([]);
    else if (rows >= 4) expect(lines.length).toBeGreaterThan(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { EXIT } from '../../../src/errors.js';
import { useTestDatabase } from '../../support/database.js';
import { about, until, untilAtWork } from '../detach/support.js';
import { migrateLedger } from '../../../src/index.js';
import {
  connectionTo,
  runbookOf,
  runYaml,
  withSession,
  type RunYamlOptions,
} from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table t as select generate_series(1, 1000) id; create index t_i on t (id)');
await withSession(connectionTo(db), migrateLedger);

const named = (name: string, steps: string, head = ''): string =>
  runbookOf(steps, head).replace('name: test', `name: ${name}`);
const sleeping = (name: string, seconds: number, head = ''): string =>
  named(name, `\n  - id: one\n    sql: SELECT pg_sleep(${String(seconds)})`, head);

/** Begins a run, and comes back once its first worker is at work. */
async function begin(name: string, yaml: string): Promise<Promise<ReportV1>[]> {
  const running = runYaml(db, yaml);
  await untilAtWork(db, name);
  return [running];
}

const refused = async (yaml: string, options?: RunYamlOptions): Promise<unknown> =>
  runYaml(db, yaml, options).then(
    ({ run }) => run.status,
    (error: unknown) => error,
  );

describe('another run of the runbook that is live', () => {
  it('is left alone by default, and the second does not begin: exit 75', async () => {
    const [first] = await begin('skipped', sleeping('skipped', 2));
    const error = await refused(sleeping('skipped', 0));
    expect(error).toMatchObject({ code: 'overlap', exitCode: EXIT.notNow });
    const other = await first;
    expect((error as Error).message).toContain(other?.run.id);
    expect(await refused(sleeping('skipped', 0))).toBe('succeeded');
  });

  it('forbids the second where the runbook says fail: exit 3', async () => {
    const [first] = await begin('failing', sleeping('failing', 1));
    expect(await refused(sleeping('failing', 0, 'on_overlap: fail'))).toMatchObject({
      code: 'overlap_forbidden',
      exitCode: EXIT.refused,
    });
    await first;
  });

  it('is waited for where it says wait, for so long as the budget allows', async () => {
    const [first] = await begin('waiting', sleeping('waiting', 3));
    const wait = (budget: string): string =>
      sleeping('waiting', 0, 'on_overlap: wait').replace('keep_free: 0', `keep_free: 0, ${budget}`);
    expect(await refused(wait('max_wait: 500ms'))).toMatchObject({ code: 'overlap' });
    const events: string[] = [];
    const second = await runYaml(db, wait('max_wait: 30s'), {
      onEvent: ({ type }) => events.push(type),
    });
    const done = await first;
    expect(second.run.status).toBe('succeeded');
    expect(events).toContain('overlap_awaited');
    const started = Date.parse(second.steps[0]?.started_at ?? '');
    expect(started).toBeGreaterThanOrEqual(Date.parse(done?.run.finished_at ?? ''));
  });

  it('is waited for no longer when a signal comes: nothing is launched, exit 143', async () => {
    const [first] = await begin('signalled', sleeping('signalled', 2));
    const stop = new AbortController();
    const second = await runYaml(db, sleeping('signalled', 0, 'on_overlap: wait'), {
      stop: stop.signal,
      onEvent: ({ type }) => {
        if (type === 'overlap_awaited') stop.abort(EXIT.terminated);
      },
    });
    expect(second.run).toMatchObject({ status: 'cancelled', exit_code: EXIT.terminated });
    expect(second.steps[0]?.tasks[0]).toMatchObject({ status: 'skipped', attempts: [] });
    expect((await first)?.run.status).toBe('succeeded');
  });

  it('is live as long as something detached of it is', async () => {
    const yaml = `\n  - id: one\n    policy: detach\n    sql: SELECT pg_sleep(3)`;
    const { run } = await runYaml(db, named('detached', yaml));
    expect(run.status).toBe('detached');
    expect(await refused(sleeping('detached', 0))).toMatchObject({ code: 'overlap' });
    await about(db, 'wait', run.id);
    expect(await refused(sleeping('detached', 0))).toBe('succeeded');
  });

  it('may be of another name at the same time', async () => {
    const [first] = await begin('name-a', sleeping('name-a', 1));
    expect(await refused(sleeping('name-b', 0))).toBe('succeeded');
    await first;
  });
});

describe('a relation that another run works on', () => {
  const rebuild = (name: string, more = ''): string =>
    named(
      name,
      `\n  - id: one\n    reindex: { indexes: { include: [public.t_i] }, concurrently: false }${more}`,
    );

  async function blocked<T>(work: (release: () => Promise<unknown>) => Promise<T>): Promise<T> {
    const locker = await db.connect();
    await locker.query('begin; lock table t in row exclusive mode');
    return work(() => locker.query('rollback'));
  }

  it('is waited for; the two never work on it at once', async () => {
    await blocked(async (release) => {
      const [first] = await begin('rel-a', rebuild('rel-a'));
      const events: string[] = [];
      const second = runYaml(
        db,
        named('rel-b', '\n  - id: one\n    vacuum: { tables: { include: [public.t] } }'),
        {
          onEvent: ({ type }) => events.push(type),
        },
      );
      await expect.poll(() => events, { timeout: 20_000 }).toContain('relation_awaited');
      expect(events).not.toContain('task_launched');
      await release();
      const [a, b] = [await first, await second];
      expect([a?.run.status, b.run.status]).toEqual(['succeeded', 'succeeded']);
      const ended = a?.steps[0]?.tasks[0]?.attempts[0]?.finished_at ?? '';
      const launched = b.steps[0]?.tasks[0]?.attempts[0]?.launched_at ?? '';
      expect(Date.parse(launched)).toBeGreaterThanOrEqual(Date.parse(ended));
    });
  });

  it('is not waited for longer than the budget allows', async () => {
    await blocked(async (release) => {
      const [first] = await begin('rel-c', rebuild('rel-c'));
      const yaml = rebuild('rel-d').replace('keep_free: 0', 'keep_free: 0, max_wait: 1s');
      const { run, steps } = await runYaml(db, yaml);
      expect(run.status).toBe('failed');
      const [task] = steps[0]?.tasks ?? [];
      expect(task).toMatchObject({ status: 'failed', attempts: [] });
      expect(task?.reason).toMatch(/has worked on the same relation for longer/);
      await release();
      await first;
    });
  });

  it('is waited for by a supervisor, too', async () => {
    await blocked(async (release) => {
      const [first] = await begin('rel-e', rebuild('rel-e'));
      const { run } = await runYaml(db, rebuild('rel-f', '\n    policy: detach'));
      await until(
        db,
        'select 1 from runbook.task where run_id = $1 and awaited_since is not null',
        [run.id],
      );
      await release();
      await first;
      const waited = await about(db, 'wait', run.id);
      expect(waited.code).toBe(0);
      expect(waited.report.run.status).toBe('succeeded');
    });
  });
});

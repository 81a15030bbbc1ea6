import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunLook } from '../../../src/engine/live.js';
import { Session } from '../../../src/postgres/session.js';
import { useTestDatabase } from '../../support/database.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table plain as select generate_series(1, 1000) i');

const naps = (seconds: number): string =>
  runbookOf(`
- id: nap
  sql: select pg_sleep(${String(seconds)})
  budgets: { io-heavy: 3 }
- id: quick
  vacuum: { tables: { include: [public.plain] } }`);

/** When statements of the view were sent, of all that our sessions send. */
function watchStatements(): number[] {
  const sent: number[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const query = Session.prototype.query;
  vi.spyOn(Session.prototype, 'query').mockImplementation(function (this: Session, sql, values) {
    if (sql.includes('pg_stat_progress_copy')) sent.push(Date.now());
    return query.call(this, sql, values);
  });
  return sent;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a look at the workers', () => {
  it('is one statement a second at most, and tells who they are', async () => {
    const sent = watchStatements();
    const looks: RunLook[] = [];
    const report = await runYaml(db, naps(4.5), { onLook: (look) => looks.push(look) });
    expect(report.run.status).toBe('succeeded');
    const gaps = sent.slice(1).map((at, i) => at - (sent[i] ?? 0));
    console.info(`statements of the view: after ${gaps.map(String).join(', ')} ms`);
    expect(sent.length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...gaps)).toBeGreaterThan(900);
    expect(looks).toHaveLength(sent.length);

    const { server } = looks[1]!;
    expect(server.workers.map((worker) => worker.application_name)).toContainEqual(
      expect.stringMatching(/\/nap\/1\+/),
    );
    expect(server.our_names).toContainEqual(expect.stringMatching(/\/nap\/1\+/));
    expect(server.max_worker_processes).toBeGreaterThan(server.used);
    expect(server.block_size).toBe(8_192);
  });

  it('is never taken when nobody watches', async () => {
    const sent = watchStatements();
    await runYaml(db, naps(1.5));
    expect(sent).toEqual([]);
  });

  it('tells who waits for a lock, and behind whom', async () => {
    await db.query('create table locked (i int)');
    const holder = await db.connect();
    await holder.query('begin; lock table locked in access exclusive mode');
    const [{ pid } = { pid: 0 }] = (
      await holder.query<{ pid: number }>('select pg_backend_pid() pid')
    ).rows;
    const looks: RunLook[] = [];
    await runYaml(db, runbookOf('- id: late\n  sql: select count(*) from locked'), {
      onLook: (look) => {
        looks.push(look);
        if (look.server.workers.some(({ wait }) => wait?.startsWith('Lock/') === true)) {
          void holder.query('rollback');
        }
      },
    });
    const waits = looks.flatMap(({ server }) => server.workers).map((one) => one.blocked_by);
    expect(waits).toContainEqual([pid]);
  });

  it('tells what holds back the launches of a run', async () => {
    await db.query('create table calm as select false as yes');
    const guard = 'guards: [{ name: calm, sql: "select yes from calm" }]';
    const steps = `
- id: nap
  sql: select pg_sleep(1)
- id: one
  needs: [nap]
  sql: select 1`;
    const looks: RunLook[] = [];
    await runYaml(db, runbookOf(steps, guard), {
      onLook: (look) => {
        looks.push(look);
        if (look.waits.length > 0) void db.query('update calm set yes = true');
      },
    });
    const waits = looks.flatMap((look) => look.waits);
    expect(waits).toContainEqual({
      kind: 'guard',
      why: 'guard calm: not true: select yes from calm',
    });
  });
});

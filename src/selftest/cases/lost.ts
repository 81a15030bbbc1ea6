/** Something that a run needs is lost in the midst of it. */
import { sessionApplicationName, workerApplicationName } from '../../model/identity.js';
import { expectSame, type Case } from '../contract.js';
import { gateOf } from '../marks.js';
import { expectStatuses, sqlStep, step } from './steps.js';

const connectionLost: Case = {
  name: 'connection_lost',
  title: 'lost connection',
  timeoutMs: 12_000,
  run: async (scratch) => {
    const sql = `SELECT ${scratch.gate}; ${scratch.mark()}`;
    const run = await scratch.begin(sqlStep('work', sql));
    await scratch.untilAtWork(run.id, 'work');
    await scratch.terminate(sessionApplicationName(run.id, 'control'));
    const resumed = await scratch.until('the run goes on', () =>
      Promise.resolve(run.events.find((event) => event.type === 'run_resumed')),
    );
    await scratch.openGate();
    const report = await run.report;
    expectSame('workers adopted over a new connection', resumed.adopted, 1);
    expectStatuses(report, 'succeeded');
    expectSame('rows', await scratch.marks(), 1);
    return 'worker adopted, proven by its marker';
  },
};

const engineLost: Case = {
  name: 'engine_lost',
  title: 'killed engine',
  timeoutMs: 15_000,
  run: async (scratch) => {
    const first = sqlStep('first', `SELECT ${scratch.gate}; ${scratch.mark(' 1')}`);
    const second = sqlStep('second', scratch.mark(' 2'), { needs: ['first'] });
    const engine = await scratch.beginInThread(first + second);
    await scratch.untilAtWork(engine.id, 'first');
    await engine.kill();
    // The worker alone goes on.
    await scratch.untilLeft(1, engine.id);
    expectStatuses((await scratch.status(engine.id)).report, 'running', 'pending');
    await scratch.openGate();
    await scratch.untilLeft(0, engine.id);
    const [settled] = (await scratch.status(engine.id)).report.steps;
    expectSame('status by proof', settled?.status, 'succeeded');
    expectSame('rows of the second step', await scratch.marks(' 2'), 0);
    expectStatuses(await scratch.resume(engine.id), 'succeeded', 'succeeded');
    const rows = [await scratch.marks(' 1'), await scratch.marks(' 2')];
    expectSame('rows', rows, [1, 1]);
    return 'settled by proof, the rest done once';
  },
};

const supervisorLost: Case = {
  name: 'supervisor_lost',
  title: 'lost supervisor',
  setUp: `CREATE MATERIALIZED VIEW selftest.view_1 AS SELECT ${gateOf('supervisor_lost')} AS gate WITH NO DATA;
    CREATE MATERIALIZED VIEW selftest.view_2 AS SELECT ${gateOf('supervisor_lost')} AS gate WITH NO DATA`,
  timeoutMs: 15_000,
  run: async (scratch) => {
    const views = { include: ['selftest.view_*'] };
    const more = { policy: 'detach', concurrency: 1 };
    const { run } = await scratch.run(step('views', { refresh: { views }, ...more }));
    await scratch.untilAtWork(run.id, 'views');
    await scratch.terminate(workerApplicationName(run.id, 'views', 'supervisor'));
    await scratch.untilLeft(1, run.id);
    expectStatuses((await scratch.status(run.id)).report, 'running', 'pending');
    await scratch.openGate();
    await scratch.untilLeft(0, run.id);
    const [proven] = (await scratch.status(run.id)).report.steps[0]?.tasks ?? [];
    expectSame('status of the first by proof', proven?.status, 'succeeded');
    await scratch.resume(run.id);
    expectStatuses(await scratch.follow(run.id), 'succeeded', 'succeeded');
    const filled =
      "SELECT count(*) FROM pg_catalog.pg_matviews WHERE schemaname = 'selftest' AND ispopulated";
    expectSame('filled views', await scratch.count(filled), 2);
    return 'settled by proof, the rest resumed';
  },
};

const ROWS = 1_000;
/** The row at which the walk is interrupted. */
const GATE_AT = 500;

const walkInterrupted: Case = {
  name: 'walk_interrupted',
  title: 'interrupted backfill',
  setUp: `CREATE TABLE selftest.walked (id int PRIMARY KEY, times int NOT NULL DEFAULT 0);
    INSERT INTO selftest.walked SELECT generate_series(1, ${String(ROWS)});
    ANALYZE selftest.walked;
    CREATE FUNCTION selftest.wait_in_walk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM ${gateOf('walk_interrupted')};
      RETURN new;
    END $$;
    CREATE TRIGGER gate BEFORE UPDATE ON selftest.walked FOR EACH ROW
      WHEN (new.id = ${String(GATE_AT)}) EXECUTE FUNCTION selftest.wait_in_walk()`,
  timeoutMs: 15_000,
  run: async (scratch) => {
    const run = await scratch.begin(
      step('walk', {
        backfill: {
          table: 'selftest.walked',
          key: 'id',
          set: { times: 'times + 1' },
          where: 'times = 0',
          batch: { rows: 50, target_duration: '10ms' },
        },
      }),
    );
    await scratch.untilAtWork(run.id, 'walk');
    await scratch.terminate(workerApplicationName(run.id, 'walk', 1));
    expectStatuses(await run.report, 'cancelled');
    const before = await scratch.count('SELECT count(*) FROM selftest.walked WHERE times > 0');
    expectSame('it was interrupted in the midst', before > 0 && before < GATE_AT, true);
    await scratch.openGate();
    expectStatuses(await scratch.resume(run.id), 'succeeded');
    const once = await scratch.count('SELECT count(*) FROM selftest.walked WHERE times = 1');
    expectSame('rows changed exactly once', once, ROWS);
    return `cut at ${String(before)} of ${String(ROWS)}, each changed once`;
  },
};

export const LOST: readonly Case[] = [connectionLost, engineLost, supervisorLost, walkInterrupted];

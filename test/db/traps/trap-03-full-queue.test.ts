import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EngineEvent, PlanV1, ReportV1 } from '../../../src/index.js';
import { QUEUE_FULL_EVENTS } from '../../../src/postgres/background/worker.js';
import { useTestDatabase } from '../../support/database.js';
import { command, openBackground, stateOf, until } from '../support/background.js';
import { statusByTarget, taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table wrote (note text);
  create procedure chatter(for_time interval) language plpgsql as $$
    begin
      while clock_timestamp() < now() + for_time loop
        raise warning '%', repeat('x', 20000);
        perform pg_sleep(0.002);
      end loop;
    end $$;
  create procedure burst(times int, fails boolean) language plpgsql as $$
    begin
      for i in 1..times loop raise warning '%', repeat('x', 20000); end loop;
      if fails then raise 'after all' using errcode = 'P0099'; end if;
    end $$`);

async function runWithEvents(
  steps: string,
): Promise<{ report: ReportV1; events: EngineEvent['type'][] }> {
  const events: EngineEvent['type'][] = [];
  const report = await runYaml(db, runbookOf(steps), { onEvent: ({ type }) => events.push(type) });
  return { report, events };
}

const MANY_ROWS = "select repeat('x', 1000) from generate_series(1, 20000)";

function shrinkQueues(plan: PlanV1): Promise<void> {
  for (const task of plan.steps.flatMap((step) => step.tasks)) task.queue_size = 65_536;
  return Promise.resolve();
}

describe('trap 3: a full queue blocks the worker', () => {
  it('is real: the worker stays in that wait event', async () => {
    const { client } = await openBackground(db);
    const handle = await client.launch(command(MANY_ROWS));
    const isFull = async (): Promise<true | undefined> => {
      const event = (await stateOf(client, handle))?.waitEvent ?? '';
      return QUEUE_FULL_EVENTS.includes(event) ? true : undefined;
    };
    await until(isFull, 'the queue is full');
    await sleep(500);
    expect(await isFull()).toBe(true);
    await expect(client.drain(handle)).resolves.toMatchObject({
      type: 'completed',
      commandTag: 'SELECT',
      rowCount: 20_000,
    });
  });

  it('rows of a transactional task never reach the queue', async () => {
    const { events, report } = await runWithEvents(`
        - id: rows
          sql: ${MANY_ROWS}`);
    expect(events).not.toContain('queue_drained');
    expect(taskOf(report).status).toBe('succeeded');
  });

  it('the engine makes room, and the task ends as what it is', async () => {
    const { events, report } = await runWithEvents(`
        - id: rows
          sql: call burst(200, false)
          transaction: false`);
    expect(events).toContain('queue_drained');
    expect(taskOf(report)).toMatchObject({
      status: 'succeeded',
      attempts: [{ status: 'succeeded', command_tag: 'CALL' }],
    });
  });

  it('an error behind a full queue is still heard', async () => {
    const { events, report } = await runWithEvents(`
        - id: rows
          sql: call burst(200, true)
          transaction: false`);
    expect(events).toContain('queue_drained');
    expect(taskOf(report)).toMatchObject({ status: 'failed', attempts: [{ sqlstate: 'P0099' }] });
  });

  it('one that prints for long runs on unheard: without proof it is unknown, never success', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: chatter
          sql: call chatter('3s')
          transaction: false`),
      { planned: shrinkQueues },
    );
    expect(report.run).toMatchObject({ status: 'unknown', exit_code: 4 });
    expect(taskOf(report)).toMatchObject({ status: 'unknown' });
    expect(taskOf(report).reason).toContain('overflowed');
  });

  it('with a marker its success is known all the same', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: chatter
          sql: call chatter('3s'); insert into wrote values ('done')`),
      { planned: shrinkQueues },
    );
    expect(taskOf(report).status).toBe('succeeded');
    expect(await db.rows('table wrote')).toEqual([{ note: 'done' }]);
  });

  it('and without the marker it is certain that nothing was committed', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: chatter
          sql: insert into wrote values ('never'); call chatter('3s'); select 1 / 0`),
      { planned: shrinkQueues },
    );
    expect(taskOf(report).status).toBe('failed');
    expect(taskOf(report).reason).toContain('nothing was committed');
    expect(await db.rows("select from wrote where note = 'never'")).toEqual([]);
  });

  it('VACUUM VERBOSE of many tables in a queue too small for it: every table has its own truth', async () => {
    await db.query(`do $$ begin for i in 1..200 loop
      execute format('create table verbose_%s (id int)', i); end loop; end $$`);
    const events: EngineEvent['type'][] = [];
    const report = await runYaml(
      db,
      runbookOf(`
        - id: verbose
          vacuum: { tables: { include: ["public.verbose_*"] }, options: { verbose: true } }`),
      { planned: shrinkQueues, onEvent: ({ type }) => events.push(type) },
    );
    expect(events).toContain('queue_drained');
    const statuses = Object.values(statusByTarget(report));
    expect(statuses).toHaveLength(200);
    expect(new Set(statuses)).toEqual(new Set(['succeeded']));
  });

  it('queues are sized by what can be printed, so that VERBOSE needs no draining', async () => {
    const { events, report } = await runWithEvents(`
        - id: verbose
          vacuum: { tables: { include: ["public.verbose_*"] }, options: { verbose: true } }`);
    expect(report.run.status).toBe('succeeded');
    expect(events).not.toContain('queue_drained');
  });
});

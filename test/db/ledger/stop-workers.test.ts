import { beforeEach, describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);
await db.query(`
  create table called (pid int, cookie bigint);
  create function cancel_child(pid int, cookie bigint) returns void language sql as
    'insert into public.called values ($1, $2)'`);

const driver = (cancelsUnseen: boolean): string =>
  JSON.stringify({
    driven: ['s'],
    cancel: 'public.cancel_child($1, $2)',
    cancels_unseen: cancelsUnseen,
    graces: { identify_ms: 500, cancel_ms: 5000, terminate_ms: 10_000 },
  });

/** A worker of which its driver has the handle alone, and that is to be cancelled for so long. */
async function unseenWorker(seconds: number): Promise<void> {
  await db.query(`
    truncate called, runbook.run cascade;
    insert into runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters, plan, status, started_at, database_id)
    values ('r', 'n', 1, 'd', '{}', '{}', 'running', now(), runbook.this_database());
    insert into runbook.step (run_id, step_id, ordinal, kind, policy, status) values ('r', 's', 1, 'sql', 'detach', 'detached');
    insert into runbook.task (run_id, step_id, task_no, status, targets) values ('r', 's', 1, 'running', '[]');
    insert into runbook.attempt (attempt_id, run_id, step_id, task_no, attempt_no, sql, application_name, status, pid,
                                 cookie, launched_at, cause, stop_rung_at)
    values ('a', 'r', 's', 1, 1, 'select', 'pg-runbook/r/s/1', 'running', 4194304, 7, now(), 'interrupt',
            clock_timestamp() - ${String(seconds)} * interval '1 second')`);
}

const stop = (cancelsUnseen: boolean): Promise<unknown> =>
  db.query('select runbook.stop_workers($1, $2)', ['r', driver(cancelsUnseen)]);

const seen = async (): Promise<unknown> => ({
  called: await db.rows('select cookie from called'),
  attempts: await db.rows(
    "select stop_rung as rung, outcome ->> 'gone' as gone from runbook.attempt",
  ),
});

describe('a worker that has not been seen yet', () => {
  beforeEach(() => unseenWorker(2));

  it('is cancelled by its handle with pg_background 2.x', async () => {
    await stop(true);
    expect(await seen()).toEqual({
      called: [{ cookie: '7' }],
      attempts: [{ rung: 2, gone: null }],
    });
  });

  it('is never cancelled by its handle with 1.x, and is given up in the end', async () => {
    await stop(false);
    expect(await seen()).toEqual({ called: [], attempts: [{ rung: 0, gone: null }] });
    await unseenWorker(11);
    await stop(false);
    expect(await seen()).toEqual({ called: [], attempts: [{ rung: 3, gone: 'false' }] });
  });

  it('that nobody waits for any more is cancelled in the same ways', async () => {
    const handle = JSON.stringify({ pid: 4194304, cookie: '7' });
    await db.query('select runbook.cancel_launched($1, $2, $3)', ['a', handle, driver(false)]);
    expect(await db.rows('select cookie from called')).toEqual([]);
    await db.query('select runbook.cancel_launched($1, $2, $3)', ['a', handle, driver(true)]);
    expect(await db.rows('select cookie from called')).toEqual([{ cookie: '7' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { DIALECTS } from '../support/background.js';
import { taskOf } from '../support/report.js';
import { runbookOf, runYaml, type RunYamlOptions } from '../support/run-yaml.js';

const db = await useTestDatabase();
const SLEEP = (timeout: string): string =>
  runbookOf(`
    - id: sleep
      sql: select pg_sleep(30)
      timeout: ${timeout}`);

/** Calls `then` with the worker's PID a moment after its launch. */
function onceLaunched(then: (pid: number) => unknown): Pick<RunYamlOptions, 'onEvent'> {
  return {
    onEvent: (event) => {
      const pid = event.type === 'task_launched' ? event.attempt.pid : null;
      if (pid !== null) setTimeout(() => void then(pid), 400);
    },
  };
}

describe.each(DIALECTS)('trap 18: SQLSTATE 57014 has several causes (%s)', (_name, dialect) => {
  it('the timeout: timed_out', async () => {
    const task = taskOf(await runYaml(db, SLEEP('1s'), { dialect }));
    expect(task).toMatchObject({ status: 'timed_out', attempts: [{ sqlstate: '57014' }] });
  });

  it('our own cancel: cancelled', async () => {
    const stop = new AbortController();
    const report = await runYaml(db, SLEEP('30s'), {
      dialect,
      stop: stop.signal,
      ...onceLaunched(() => {
        stop.abort(143);
      }),
    });
    expect(report.run).toMatchObject({ status: 'cancelled', exit_code: 143 });
    const task = taskOf(report);
    expect(task).toMatchObject({ status: 'cancelled', attempts: [{ sqlstate: '57014' }] });
    expect(task.reason).not.toContain('another session');
  });

  it.each(['pg_cancel_backend', 'pg_terminate_backend'])(
    '%s by somebody else: cancelled, and it says so',
    async (signal) => {
      const report = await runYaml(db, SLEEP('30s'), {
        dialect,
        ...onceLaunched((pid) => db.query(`select ${signal}($1)`, [pid])),
      });
      expect(report.run).toMatchObject({ status: 'failed', exit_code: 1 });
      const task = taskOf(report);
      expect(task.status).toBe('cancelled');
      expect(task.attempts[0]?.sqlstate).toMatch(/^57(014|P01)$/);
      expect(task.reason).toContain('another session');
    },
  );
});

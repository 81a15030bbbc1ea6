import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { command, openBackground, stateOf, until } from '../support/background.js';
import { taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

describe('trap 19: pg_background_outcome needs the extension in the search_path', () => {
  it('is real: 42704 where it is not; our poll tells the outcome all the same', async () => {
    const { client, session } = await openBackground(db);
    const handle = await client.launch(command('select 1/0'));
    const ended = await until(async () => {
      const state = await stateOf(client, handle);
      return state?.ended === true ? state : undefined;
    }, 'it ends');
    expect(ended.outcome).toMatchObject({ type: 'error', sqlstate: '22012' });
    const outcome = `select * from ${EXTENSION_SCHEMA}.pg_background_outcome($1, $2::int8)`;
    await expect(session.query(outcome, [handle.pid, handle.cookie])).rejects.toMatchObject({
      code: '42704',
    });
    await client.detach(handle);
  });

  it.each(['""', 'pg_catalog', '"no such schema"'])('a run with search_path %s', async (path) => {
    const settings = JSON.stringify({ search_path: path });
    const report = await runYaml(
      db,
      runbookOf(`
        - id: s
          sql: select 1
          settings: ${settings}`),
    );
    expect(taskOf(report).status).toBe('succeeded');
  });
});

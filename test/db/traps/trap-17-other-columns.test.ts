import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import {
  command,
  DIALECTS,
  OLDEST_DIALECT,
  openBackground,
  stateOf,
  until,
} from '../support/background.js';
import { taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();

describe('trap 17: reading a result can hide the error', () => {
  it('is real: other columns raise 42804 in the reader, whatever became of the worker', async () => {
    const { client } = await openBackground(db, OLDEST_DIALECT);
    const handle = await client.launch(
      command('select 1, 2 / (i - 1) from generate_series(1, 1) i'),
    );
    await until(
      async () => ((await stateOf(client, handle))?.ended === true ? true : undefined),
      'it ends',
    );
    await expect(client.readResult(handle)).resolves.toMatchObject({ type: 'silent', gone: true });
  });

  it.each(DIALECTS)('%s: under the engine the last statement is ours', async (_name, dialect) => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: columns
          sql: select 1, 'two', now()
        - id: fails
          sql: select 1, 2 / (i - 1) from generate_series(1, 1) i`),
      { dialect },
    );
    expect(taskOf(report, 'columns').status).toBe('succeeded');
    expect(taskOf(report, 'fails')).toMatchObject({
      status: 'failed',
      attempts: [{ sqlstate: '22012', message: 'division by zero' }],
    });
  });
});

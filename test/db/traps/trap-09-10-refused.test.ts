import { describe, expect, it } from 'vitest';
import { loadRunbookText } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { command, openBackground, outcomeOf } from '../support/background.js';
import { taskOf } from '../support/report.js';
import { useRole } from '../support/roles.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const small = await useRole(db);
await db.query('create table t (id int primary key); create table seen (role text)');
await db.query(`grant insert on seen to ${small.user}`);

async function codesOf(steps: string): Promise<string[]> {
  const result = await loadRunbookText(runbookOf(steps), 'test.yaml');
  return result.ok ? [] : result.diagnostics.map(({ code }) => code);
}

describe('trap 9: RESET ROLE in a worker gives the login role back', () => {
  it('is real: a role set for the launch is no sandbox', async () => {
    const { client } = await openBackground(db);
    const sql = `
      insert into seen select current_user;
      reset role;
      insert into seen select current_user; select 'ok'::text`;
    const handle = await client.launch(command(sql, { settings: { role: small.user } }));
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ type: 'completed' });
    const [login] = await db.rows<{ role: string }>('select session_user::text as role');
    expect(await db.rows('table seen')).toEqual([{ role: small.user }, login]);
  });

  it.each(['role', 'session_authorization', 'Role'])(
    'so a runbook cannot set %s: a worker is who logs in',
    async (name) => {
      const steps = `
        - id: s
          sql: select 1
          settings: { ${name}: somebody }`;
      expect(await codesOf(steps)).toEqual(['setting-reserved']);
    },
  );
});

describe('trap 10: one string, one transaction', () => {
  it('is real: VACUUM beside another statement is 25001', async () => {
    const { client } = await openBackground(db);
    const handle = await client.launch(command("vacuum t; select 'ok'::text"));
    await expect(outcomeOf(client, handle)).resolves.toMatchObject({ sqlstate: '25001' });
  });

  it('of several statements all take effect, or none', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: none
          sql: insert into t values (1); insert into t values (2); insert into t values (2)
        - id: all
          sql: insert into t values (5); insert into t values (6)`),
    );
    expect(taskOf(report, 'none').status).toBe('failed');
    expect(taskOf(report, 'all').status).toBe('succeeded');
    expect(await db.rows('table t order by id')).toEqual([{ id: 5 }, { id: 6 }]);
  });

  it.each([
    ['vacuum t', true, 'needs-no-transaction'],
    ['create index concurrently on t (id)', true, 'needs-no-transaction'],
    ['begin; select 1; commit', true, 'transaction-control'],
    ['vacuum t; vacuum t', false, 'several-statements'],
  ])('%s with transaction: %s is refused before anything runs', async (sql, transaction, code) => {
    const steps = `
      - id: s
        sql: ${sql}
        transaction: ${String(transaction)}`;
    expect(await codesOf(steps)).toContain(code);
  });

  it('alone, such a command runs', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: s
          sql: vacuum t
          transaction: false`),
    );
    expect(taskOf(report)).toMatchObject({
      status: 'succeeded',
      attempts: [{ command_tag: 'VACUUM' }],
    });
  });
});

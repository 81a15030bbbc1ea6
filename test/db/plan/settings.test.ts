import { afterAll, describe, expect, it } from 'vitest';
import { readServerInfo } from '../../../src/index.js';
import { checkSettings } from '../../../src/plan/check-settings.js';
import { onServer, useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { connectionTo, planYaml, runbookOf, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
const somebody = { user: `${db.name}_somebody`, password: 'for tests only' };
await db.query(`
  create role ${somebody.user} login password '${somebody.password}';
  grant usage on schema ${EXTENSION_SCHEMA} to ${somebody.user};
  grant pgbackground_role to ${somebody.user}`);
afterAll(async () => {
  await db.query(`drop owned by ${somebody.user}`);
  await onServer((client) => client.query(`drop role ${somebody.user}`));
});

const planWith = (settings: string): Promise<unknown> =>
  planYaml(
    db,
    runbookOf(`
  - id: one
    sql: DO 'BEGIN END'
    settings: { work_mem: 64MB, ${settings} }`),
    somebody,
  );

describe('settings of a step', () => {
  it.each([
    ['a misspelt name', 'work_memm: 64MB', 'work_memm', '42704'],
    ['a name with a dot that nobody knows', 'no_such.name: a', 'no_such.name', '42704'],
    ['an impossible value', 'random_page_cost: many', 'random_page_cost', '22023'],
    ['a right that the role has not', 'zero_damaged_pages: on', 'zero_damaged_pages', '42501'],
  ])('are refused before the run, by name: %s', async (_what, settings, name, sqlstate) => {
    await expect(planWith(settings)).rejects.toMatchObject({
      code: 'setting_refused',
      sqlstate,
      message: expect.stringContaining(`step one: setting ${name}: `) as string,
    });
  });

  it.each([
    ['accepted', { work_mem: '3MB' }, undefined],
    ['refused', { work_mem: '3MB', random_page_cost: 'many' }, 'setting_refused'],
  ])('are tried for one statement only, when %s', async (_what, settings, code) => {
    await withSession(connectionTo(db), async (session) => {
      const read = (): Promise<unknown> =>
        session.query("SELECT current_setting('work_mem') AS is");
      const before = await read();
      const refused = await checkSettings(
        session,
        'one',
        settings,
        await readServerInfo(session),
      ).catch((error: unknown) => error);
      expect((refused as { code?: string } | undefined)?.code).toBe(code);
      expect(await read()).toEqual(before);
    });
  });
});

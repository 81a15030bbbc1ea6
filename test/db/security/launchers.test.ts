import { beforeAll, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { useAttacker } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);

const launchers = async (): Promise<string[]> => {
  const { code, stdout } = await runCli(['doctor', '--json'], { env: db.env });
  expect(code).toBe(0);
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; state: string; detail: string; fix?: string }[];
  };
  return checks
    .filter(({ name, detail }) => name === 'launchers' && detail.includes(mallory.role))
    .map(({ state, detail, fix }) => `${state}: ${detail} → ${fix ?? ''}`);
};

beforeAll(() => db.query(`create schema theirs; grant usage on schema theirs to ${mallory.role}`));

it('doctor names other roles that may launch workers and own tables, or may create them', async () => {
  expect(await launchers()).toEqual([]);
  await db.query(`grant pgbackground_role to ${mallory.role}`);
  expect(await launchers()).toEqual([]);
  await db.query(`grant create on schema theirs to ${mallory.role}`);
  const fix = `REVOKE pgbackground_role FROM "${mallory.role}"; see docs/privileges.md`;
  const end = 'maintenance of these can be made to act as postgres';
  expect(await launchers()).toEqual([
    `warn: ${mallory.role} may launch workers, and may create tables in theirs: ${end} → ${fix}`,
  ]);
  await mallory.query('create table theirs.t ()');
  await db.query(`revoke create on schema theirs from ${mallory.role}`);
  expect(await launchers()).toEqual([
    `warn: ${mallory.role} may launch workers, and owns 1 table: ${end} → ${fix}`,
  ]);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, useFolder } from '../engine/support.js';
import { useAttacker } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);
const folder = useFolder();
const file = join(folder, 'r.yaml');
writeFileSync(file, runbook('  - id: a\n    sql: SELECT 1\n'));

beforeAll(() =>
  db.query(`alter extension pg_background set schema public;
    alter database ${db.name} owner to ${mallory.role}`),
);
afterAll(() => db.query(`alter database ${db.name} owner to current_user`));

it('a superuser does not use the extension in a schema that the owner of the database could replace', async () => {
  for (const command of [['run', file, '--report', join(folder, 'r.json')], ['doctor']]) {
    const { code, stdout, stderr } = await runCli(command, { env: db.env });
    expect({ code, command }, stderr).toEqual({ code: 3, command });
    expect(stdout + stderr).toContain(`whose owner ${mallory.role} could replace it`);
    expect(stdout + stderr).toContain('ALTER EXTENSION pg_background SET SCHEMA pgbg');
  }
});

it('once it is moved, as the message says, a replacement is not called', async () => {
  await db.query(
    'drop schema pgbg; create schema pgbg; alter extension pg_background set schema pgbg',
  );
  await mallory.query(`create schema m; ${mallory.functionsIn('m')}
    create function public.pg_background_launch(sql text, queue_size int, label text, out pid int, out cookie bigint)
      language sql as 'select m.evil(), 1::bigint'`);
  const { code, stderr } = await runCli(['run', file, '--report', join(folder, 'r.json')], {
    env: db.env,
  });
  expect(code, stderr).toBe(0);
  await mallory.expectPowerless();
});

import { expect, it } from 'vitest';
import type { RunbookError } from '../../../src/errors.js';
import { chooseDialect } from '../../../src/postgres/background/detect.js';
import { grantSessions, type ServerInfo } from '../../../src/postgres/server.js';

const ROLE = 'my "role"; drop table x; --';

it('a GRANT in a hint names the role as SQL has it, whatever its name', () => {
  expect(grantSessions(ROLE)).toBe('GRANT pg_read_all_stats TO "my ""role""; drop table x; --"');
  const extension = { version: '2.0', schema: 'pg "bg"', functions: [] };
  const server = { role: ROLE, extension } as unknown as ServerInfo;
  let refusal: unknown;
  try {
    chooseDialect(server);
  } catch (error) {
    refusal = error;
  }
  expect((refusal as RunbookError).hint).toBe(
    'GRANT pgbackground_role TO "my ""role""; drop table x; --"; ' +
      'GRANT USAGE ON SCHEMA "pg ""bg""" TO "my ""role""; drop table x; --";',
  );
});

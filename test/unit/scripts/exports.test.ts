import { expect, it } from 'vitest';
import { exportsOf } from '../../../scripts/db/exports.js';

it('leads a shell to a server, whatever its password', () => {
  expect(exportsOf("postgresql://me:it's%2Fso@127.0.0.1:5433/app")).toBe(
    `export PGHOST='127.0.0.1'
export PGPORT='5433'
export PGUSER='me'
export PGPASSWORD='it'\\''s/so'
export PGDATABASE='app'
`,
  );
});

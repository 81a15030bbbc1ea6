import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LEDGER_TABLES } from '../../../src/ledger/privileges.js';
import { ROOT } from '../../support/root.js';

const folder = join(ROOT, 'src', 'ledger');
/** What makes the ledger is run by its owner. */
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(?:sql|ts)$/.test(name) && name !== 'migrate.ts',
);
const others = ['src/steps/completion.ts'];
const text = [...files.map((name) => join(folder, name)), ...others.map((name) => join(ROOT, name))]
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')
  .replaceAll(/^\s*--.*$/gm, '');

const named = (pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([, table]) => table ?? ''));

it('the grants on the ledger are what its SQL does, no more and no less', () => {
  const tables = [...named(/CREATE TABLE runbook\.(\w+)/g), 'migration'];
  const does = {
    INSERT: named(/INSERT INTO runbook\.(\w+)/g),
    UPDATE: new Set([
      ...named(/UPDATE runbook\.(\w+)/g),
      ...named(/INSERT INTO runbook\.(\w+)[^;`]*DO UPDATE/g),
    ]),
    DELETE: named(/DELETE FROM runbook\.(\w+)/g),
  };
  const found = tables.map((table) => {
    const changes = Object.entries(does).filter(([, changed]) => changed.has(table));
    return [table, ['SELECT', ...changes.map(([privilege]) => privilege)]];
  });
  expect(LEDGER_TABLES).toEqual(Object.fromEntries(found));
});

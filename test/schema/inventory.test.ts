import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { readDsn } from '../../src/postgres/dsn.js';
import {
  loadInventoryFile,
  saysInventory,
  type InventoryResult,
} from '../../src/runbook/inventory/load.js';
import { renderDiagnostic } from '../../src/runbook/render-diagnostic.js';
import { useFolder } from '../db/engine/support.js';
import { GOOD_INVENTORY, INVENTORY_CASES, SECRET } from './inventory-cases.js';

const folder = useFolder();
const file = join(folder, 'inventory.yaml');

function load(text: string): Promise<InventoryResult> {
  writeFileSync(file, text);
  return loadInventoryFile(file, readDsn);
}

describe('bad inventories', () => {
  it.each(INVENTORY_CASES)('$name', async ({ text, expected }) => {
    const result = await load(text);
    if (result.ok) throw new Error('it was accepted');
    const { diagnostics, source } = result;
    const places = diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);
    expect(places).toEqual(expected);
    for (const one of diagnostics) {
      const rendered = renderDiagnostic({ ...one, file: 'inventory.yaml' }, source);
      const [, ...rest] = rendered.split('\n');
      for (const line of rest) expect(stringWidth(line)).toBeLessThanOrEqual(80);
      expect(rendered).not.toMatch(/(?<!pg-)runbook|\n\s+at |undefined|\[object/);
      for (let i = 0; i + 4 <= SECRET.length; i += 1) {
        expect(rendered).not.toContain(SECRET.slice(i, i + 4));
      }
    }
  });
});

describe('an inventory', () => {
  it('has defaults, and services as connection strings', async () => {
    const result = await load(GOOD_INVENTORY);
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    expect(result.warnings).toEqual([]);
    expect(result.inventory).toMatchObject({ concurrency: 4, perServer: 2, path: file });
    expect(result.inventory.databases.map(({ name, dsn }) => [name, dsn])).toEqual([
      ['a', 'postgresql://db1/a'],
      ['b.2_c-d', 'host=db2 port=6432 dbname=b'],
      ['3c', String.raw`service='it\'s \\ one'`],
    ]);
  });

  it.each([
    [GOOD_INVENTORY, true],
    [GOOD_INVENTORY.replace('api_version', '"api_version"'), true],
    ["# an inventory\napi_version:   'pg-runbook/inventory/v9'\n", true],
    ['api_version: pg-runbook/v1\nname: inventory\n', false],
    ['description: |\n  api_version: pg-runbook/inventory/v1\n', false],
    ['', false],
  ])('is told by its version: %j', (text, expected) => {
    expect(saysInventory(text)).toBe(expected);
  });

  it('with a password is taken, with a warning that does not show it', async () => {
    const dsn = `postgresql://u:${SECRET}@h/d`;
    const result = await load(GOOD_INVENTORY.replace('postgresql://db1/a', `'${dsn}'`));
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    expect(result.inventory.databases[0]?.dsn).toBe(dsn);
    const [warning] = result.warnings;
    expect(warning).toMatchObject({ code: 'password-in-dsn', severity: 'warning', line: 3 });
    expect(JSON.stringify(warning) + result.source).not.toContain(SECRET);
    expect(result.source).toHaveLength(GOOD_INVENTORY.length + dsn.length + 2 - 18);
  });

  it('has a digest that tells nothing of its passwords', async () => {
    const digests = ['a', 'bc', SECRET].map(async (password) => {
      const result = await load(GOOD_INVENTORY.replace('//db1', `//u:${password}@db1`));
      return result.ok ? result.inventory.digest : result;
    });
    expect(new Set(await Promise.all(digests)).size).toBe(1);
  });
});

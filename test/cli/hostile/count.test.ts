import { expect, it } from 'vitest';
import { COMMAND_CASES } from './command-cases.js';
import { DSN_CASES } from './dsn-cases.js';
import { INVENTORY_CASES } from './inventory-cases.js';
import { LEDGER_CASES } from './ledger-cases.js';
import { PARAMETER_CASES } from './parameter-cases.js';
import { PLAN_CASES } from './plan-cases.js';
import { YAML_CASES } from './yaml-cases.js';

const GROUPS = {
  YAML: YAML_CASES.map(({ name }) => name),
  inventories: INVENTORY_CASES.map(({ name }) => name),
  parameters: PARAMETER_CASES.map(({ name }) => name),
  connections: DSN_CASES.map(({ name }) => name),
  plans: PLAN_CASES.map(({ name, forged }) => `${name} ${String(forged)}`),
  ledgers: LEDGER_CASES.map(({ name }) => name),
  commands: COMMAND_CASES.map(({ name }) => name),
};

it('there are 300 hostile inputs and more, each with a name of its own', () => {
  for (const [group, names] of Object.entries(GROUPS)) {
    const again = names.filter((name, index) => names.indexOf(name) !== index);
    expect([group, again]).toEqual([group, []]);
    expect(names.length, group).toBeGreaterThan(30);
  }
  expect(Object.values(GROUPS).flat().length).toBeGreaterThanOrEqual(300);
});

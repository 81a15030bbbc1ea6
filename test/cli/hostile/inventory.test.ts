import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { runHere } from '../../support/in-process.js';
import { INVENTORY_CASES, SECRET } from './inventory-cases.js';
import { faultsOf } from './judge.js';
import { GOOD } from './yaml-cases.js';

const folder = useFolder();
const runbook = join(folder, 'runbook.yaml');
writeFileSync(runbook, GOOD);
const report = join(folder, 'reports');

it('refuses each hostile inventory with a clear text, before a server is asked', async () => {
  const faults: string[] = [];
  for (const [index, { name, text }] of INVENTORY_CASES.entries()) {
    const file = join(folder, `${String(index)}.yaml`);
    writeFileSync(file, text);
    const args = ['run', runbook, '--inventory', file, '--report', report];
    const endings = [await runHere(args)];
    if (index % 20 === 0) endings.push(await runCli(args, { deadlineMs: 20_000 }));
    for (const ending of endings) {
      faults.push(...faultsOf(name, ending, [2]));
      if (`${ending.stdout}${ending.stderr}`.includes(SECRET)) {
        faults.push(`${name}: the password shows\n${ending.stderr.slice(0, 1_500)}`);
      }
    }
  }
  expect(faults).toEqual([]);
  expect(existsSync(report)).toBe(false);
});

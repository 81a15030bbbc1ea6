import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { COMMAND_CASES } from './command-cases.js';
import { DSN_CASES, SECRET } from './dsn-cases.js';
import { faultsOf, fingerprint, makeNote } from './judge.js';
import { PARAMETER_CASES, PARAMETERS } from './parameter-cases.js';

const db = await useTestDatabase();
const folder = useFolder();
const file = join(folder, 'runbook.yaml');
const deadlineMs = 20_000;

let before: unknown;
beforeAll(async () => {
  await makeNote(db);
  writeFileSync(file, PARAMETERS);
  expect((await runCli(['init'], { env: db.env })).code).toBe(0);
  before = await fingerprint(db);
});

it('ends each hostile command line with a clear text', async () => {
  const faults: string[] = [];
  for (const [index, { name, args, codes }] of COMMAND_CASES.entries()) {
    faults.push(...faultsOf(name, await runHere(args, db), codes));
    if (index % 6 !== 0) continue;
    const ending = await runCli(args, { env: db.env, deadlineMs, cwd: folder });
    faults.push(...faultsOf(`${name}, a process`, ending, codes));
  }
  expect(faults).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

it('takes each hostile parameter for what it is', async () => {
  const faults: string[] = [];
  for (const [index, { name, pairs, accepted, missing }] of PARAMETER_CASES.entries()) {
    const codes = accepted === undefined ? [2] : [0];
    const planCodes = missing === true ? [2] : codes;
    const options = pairs.flatMap((pair) => ['-p', pair]);
    const validated = await runHere(['validate', file, ...options]);
    const args = ['plan', file, ...options];
    faults.push(...faultsOf(`${name}, validate`, validated, codes));
    faults.push(...faultsOf(`${name}, plan`, await runHere(args, db), planCodes));
    // No command line holds a NUL, nor 10 MB.
    const whole = pairs.join('');
    if (index % 8 !== 0 || whole.includes('\0') || whole.length > 100_000) continue;
    const ending = await runCli(args, { env: db.env });
    faults.push(...faultsOf(`${name}, a process`, ending, planCodes));
  }
  expect(faults).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

it('says why a server cannot be reached, and never a password', async () => {
  const faults: string[] = [];
  for (const [index, { name, dsn, env = {} }] of DSN_CASES.entries()) {
    const args = ['status', ...(dsn === undefined ? [] : [`--dsn=${dsn}`])];
    const endings = [await runHere(args, { env })];
    if (index % 5 === 0) endings.push(await runCli(args, { env, deadlineMs }));
    for (const ending of endings) {
      faults.push(...faultsOf(name, ending));
      if (`${ending.stdout}${ending.stderr}`.includes(SECRET)) {
        faults.push(`${name}: the password shows\n${ending.stderr}`);
      }
    }
  }
  expect(faults).toEqual([]);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { plan } from '../../../src/cli/commands/plan.js';
import { doctor } from '../../../src/cli/commands/doctor.js';
import { validate } from '../../../src/cli/commands/validate.js';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { COMMAND_CASES } from './command-cases.js';
import { DSN_CASES, SECRET } from './dsn-cases.js';
import { inProcess } from './in-process.js';
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
  for (const { name, args, codes } of COMMAND_CASES) {
    const ending = await runCli(args, { env: db.env, deadlineMs, cwd: folder });
    faults.push(...faultsOf(name, ending, codes));
  }
  expect(faults).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

it('takes each hostile parameter for what it is', async () => {
  const faults: string[] = [];
  for (const [index, { name, pairs, accepted }] of PARAMETER_CASES.entries()) {
    const codes = accepted === undefined ? [2] : [0];
    const parameter = [...pairs];
    const validated = await inProcess({}, (context) => validate(context, [file], { parameter }));
    const planned = await inProcess(db.env, (context) => plan(context, file, { parameter }));
    faults.push(...faultsOf(`${name}, validate`, validated, codes));
    faults.push(...faultsOf(`${name}, plan`, planned, codes));
    // No command line holds a NUL, nor 10 MB.
    const whole = pairs.join('');
    if (index % 8 !== 0 || whole.includes('\0') || whole.length > 100_000) continue;
    const args = ['plan', file, ...pairs.flatMap((pair) => ['-p', pair])];
    faults.push(...faultsOf(`${name}, a process`, await runCli(args, { env: db.env }), codes));
  }
  expect(faults).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

it('says why a server cannot be reached, and never a password', async () => {
  const faults: string[] = [];
  for (const [index, { name, dsn, env = {} }] of DSN_CASES.entries()) {
    const endings = [await inProcess(env, (context) => doctor(context, undefined, { dsn }))];
    if (index % 5 === 0) {
      const args = ['status', ...(dsn === undefined ? [] : [`--dsn=${dsn}`])];
      endings.push(await runCli(args, { env, deadlineMs }));
    }
    for (const ending of endings) {
      faults.push(...faultsOf(name, ending));
      if (`${ending.stdout}${ending.stderr}`.includes(SECRET)) {
        faults.push(`${name}: the password shows\n${ending.stderr}`);
      }
    }
  }
  expect(faults).toEqual([]);
});

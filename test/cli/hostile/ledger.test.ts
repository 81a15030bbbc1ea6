import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { useFolder } from '../../db/engine/support.js';
import { runCli, type Ending } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { faultsOf, fingerprint, makeNote } from './judge.js';
import { editLedger, keepLedger, WORK } from './ledger-bases.js';
import { LEDGER_CASES } from './ledger-cases.js';

const db = await useTestDatabase();
const folder = useFolder();
const report = join(folder, 'report.json');

/** A run may have failed, or its outcome be unknown: these are as documented. */
const CODES = [0, 1, 2, 3, 4, 75];

let before: unknown;
beforeAll(async () => {
  await makeNote(db);
  const file = join(folder, 'work.yaml');
  writeFileSync(file, WORK);
  const { code, stderr } = await runCli(['run', file, '--report', report], { env: db.env });
  expect(code, stderr).toBe(0);
  await keepLedger(db);
  before = await fingerprint(db);
});

const LOOKS: readonly (readonly string[])[] = [
  ['status', 'latest'],
  ['wait', 'latest', '--timeout', '1s'],
  ['why', 'latest'],
  ['status'],
  ['status', 'latest', '--json'],
  ['cancel', 'latest'],
];

/** What is wrong with an ending; what goes to stdout must be as clear. */
function faults(name: string, ending: Ending): string[] {
  const shown = ending.stdout.includes('undefined') ? [`${name}: undefined\n${ending.stdout}`] : [];
  return [...faultsOf(name, ending, CODES), ...shown];
}

it('tells what became of a run whose records were edited', { timeout: 240_000 }, async () => {
  const found: string[] = [];
  for (const [index, { name, base, sql }] of LEDGER_CASES.entries()) {
    // Of the two states of a run, each meets another command.
    const args = LOOKS[(Math.floor(index / 2) + 3 * (index % 2)) % LOOKS.length]!;
    // A worker that is to begin in eternity: cancel waits for it as long as it waits for any.
    if (args[0] === 'cancel' && sql.includes('launched_at')) continue;
    await editLedger(db, base, sql);
    found.push(...faults(`${name}, ${args.join(' ')}`, await runHere(args, db)));
  }
  expect(found).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

it('goes on with what is whole, and refuses the rest', async () => {
  const found: string[] = [];
  for (const [index, { name, base, sql }] of LEDGER_CASES.entries()) {
    if (index % 29 !== 0) continue;
    await editLedger(db, base, sql);
    const ending = await runHere(['resume', 'latest', '--report', report], db);
    found.push(...faults(`${name}, resume`, ending));
  }
  expect(found).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

it('does so as a program', async () => {
  const found: string[] = [];
  for (const [index, { name, base, sql }] of LEDGER_CASES.entries()) {
    if (index % 31 !== 0) continue;
    await editLedger(db, base, sql);
    const args = LOOKS[index % 3]!;
    found.push(...faults(name, await runCli(args, { env: db.env, deadlineMs: 20_000 })));
  }
  expect(found).toEqual([]);
});

it.each([
  ["update runbook.run set plan = plan - 'budget'", 'its plan: must have required property'],
  ["update runbook.task set targets = '7'", '/targets must be array'],
  ["update runbook.task set targets = '[{}]'", 'must have required property'],
  ["update runbook.step set plan = '[]'", 'a step without a kind'],
  ['update runbook.run set exit_code = 99', 'its exit code: 99'],
])('says that the ledger is damaged, and where: %s', async (sql, what) => {
  await editLedger(db, 'ended', sql);
  const { code, stderr } = await runHere(['why', 'latest'], db);
  expect([code, stderr]).toEqual([3, expect.stringContaining('[ledger_damaged]')]);
  expect(stderr).toContain(what);
});

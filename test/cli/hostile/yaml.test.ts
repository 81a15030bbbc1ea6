import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { faultsOf, fingerprint, makeNote } from './judge.js';
import { GOOD, YAML_CASES, type TextCase } from './yaml-cases.js';

const db = await useTestDatabase();
const folder = useFolder();
const DEADLINE_MS = 20_000;

const fileOf = (index: number): string => join(folder, `${String(index)}.yaml`);
beforeAll(async () => {
  await makeNote(db);
  YAML_CASES.forEach(({ text }, index) => {
    writeFileSync(fileOf(index), text);
  });
});

const numbered = YAML_CASES.map((one, index) => ({ ...one, file: fileOf(index) }));
const codesOf = ({ accepted }: TextCase): number[] => (accepted === undefined ? [2] : [0]);

describe('hostile YAML', () => {
  it('validates each of many files and says which is which', async () => {
    const faults: string[] = [];
    for (let i = 0; i < numbered.length; i += 20) {
      const part = numbered.slice(i, i + 20);
      const files = part.map(({ file }) => file);
      const { stdout, stderr, code } = await runHere(['validate', ...files]);
      const wrong = part.some(({ accepted }) => accepted === undefined);
      expect(code, stderr).toBe(wrong ? 2 : 0);
      for (const one of part) {
        const said = stderr.split('\n').some((line) => line.startsWith(`${one.file}:`));
        const told = one.accepted === undefined ? said : stdout.includes(`${one.file}: ok\n`);
        expect(told, `${one.name}\n${stderr.slice(0, 2_000)}`).toBe(true);
      }
      faults.push(...faultsOf(`files from ${String(i)}`, { code, stdout, stderr }, [0, 2]));
    }
    expect(faults).toEqual([]);
  });

  it('ends plan and run in the same way, and changes nothing', async () => {
    const before = await fingerprint(db);
    const refused = numbered.filter(({ accepted }) => accepted === undefined);
    const faults: string[] = [];
    for (const [index, one] of refused.entries()) {
      const command = index % 2 === 0 ? ['plan'] : ['run', '--report', join(folder, 'report.json')];
      const args = [...command, one.file];
      faults.push(...faultsOf(one.name, await runHere(args, db), codesOf(one)));
      if (index % 15 !== 0) continue;
      const ending = await runCli(args, { env: db.env, deadlineMs: DEADLINE_MS });
      faults.push(...faultsOf(`${one.name}, a process`, ending, codesOf(one)));
    }
    expect(faults).toEqual([]);
    expect(await fingerprint(db)).toEqual(before);
    expect(await db.rows(`select from pg_namespace where nspname = 'runbook'`)).toEqual([]);
  });

  it('begins with a runbook that is good but for the hostile part', async () => {
    const file = join(folder, 'good.yaml');
    writeFileSync(file, GOOD);
    expect(await runCli(['plan', file], { env: db.env })).toMatchObject({ code: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { RunbookError } from '../../../src/errors.js';
import { readAbilities } from '../../../src/postgres/background/abilities.js';
import { CASES } from '../../../src/selftest/cases/all.js';
import { requireSlots } from '../../../src/selftest/selftest.js';
import { describeCase, describeSelftest } from '../../../src/selftest/text.js';
import type { SelftestDocument } from '../../../src/selftest/document.js';

const V1 = ['launch_v2', 'list_v2', 'detach_v2', 'cancel_v2', 'result_v2', 'wait_v2'];
const INFOS = ['result_info_v2', 'error_info_v2'];

function abilities(version: string, names: readonly string[]): Record<string, string> {
  const functions = names.map((name) => `pg_background_${name}`);
  const found = readAbilities({ version, schema: 'public', stranger: null, functions });
  return Object.fromEntries(found.map(({ name, state }) => [name, state]));
}

describe('the cases', () => {
  it('have names of their own, and titles that fit their column', () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, title } of CASES) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(title.length).toBeLessThanOrEqual(25);
    }
  });
});

describe('the abilities of pg_background', () => {
  it.each([
    ['1.8', [...V1, 'cancel_v2_grace'], 'missing', 'missing', 'not_used'],
    ['1.9', [...V1, ...INFOS], 'used', 'used', undefined],
    ['1.10', [...V1, ...INFOS], 'used', 'used', undefined],
    ['1.10', V1, 'missing', 'used', undefined],
    ['2.0', ['result_info', 'error_info'], 'used', 'used', 'not_used'],
  ])('%s with %j', (version, functions, outcome, label, grace) => {
    const found = abilities(version, functions);
    expect([found['outcome'], found['label'], found['cancel with grace']]).toEqual([
      outcome,
      label,
      grace,
    ]);
  });
});

describe('worker slots', () => {
  it.each([
    [8, 5, false],
    [8, 6, true],
    [2, 1, true],
    [0, 0, true],
  ])('of %d, %d in use: refused %s', (maxWorkerProcesses, used, refused) => {
    const look = (): void => {
      requireSlots({ maxWorkerProcesses, used, ours: 0 });
    };
    if (refused) expect(look).toThrow(RunbookError);
    else expect(look).not.toThrow();
  });
});

const DOCUMENT: SelftestDocument = {
  selftest_version: 1,
  status: 'ok',
  started_at: '2026-11-21T02:30:00.000Z',
  duration_ms: 13_000,
  server: {
    version: '18.6 (Debian 18.6-3)',
    role: 'dba',
    max_worker_processes: 8,
    free_worker_slots: 6,
    pg_background: { version: '2.0', dialect: '2.x' },
  },
  cases: [{ name: 'cancel', title: 'cancel', status: 'ok', duration_ms: 900, seen: '57014' }],
  capabilities: readAbilities({ version: '1.8', schema: 'public', stranger: null, functions: [] }),
  left_behind: null,
};

describe('the text', () => {
  it('is 80 columns wide, however long what was seen is', () => {
    const seen = 'the engine says failed, and not succeeded: '.repeat(8);
    const result = { name: 'x', title: 'cancel', status: 'failed', duration_ms: 12, seen } as const;
    const lines = [describeCase(result, 80), describeSelftest(DOCUMENT, 80)].join('\n').split('\n');
    expect(lines[0]).toMatch(/^FAILED +12ms {2}cancel +the engine says failed,/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    ['ok', {}, /All 1 cases hold/],
    ['failed', { status: 'failed' }, /1 of 1 cases do not hold .*: cancel\./],
    ['not_run', { status: 'interrupted' }, /Interrupted: 0 of 1 cases hold so far/],
    [
      'ok',
      { status: 'failed', left_behind: { database: 'd', reason: 'r', command: 'c' } },
      /hold, but database d is left behind/,
    ],
  ] as const)('of a case that is %s, %j', (status, more, conclusion) => {
    const cases = DOCUMENT.cases.map((one) => ({ ...one, status }));
    expect(describeSelftest({ ...DOCUMENT, cases, ...more }, 80).replaceAll('\n', ' ')).toMatch(
      conclusion,
    );
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../support/root.js';
import { BUDGETS } from './cases/budgets.js';
import { DIALECT_CASES } from './cases/dialects.js';
import { FAILURES } from './cases/failures.js';
import { GUARDS } from './cases/guards.js';
import { SLOTS } from './cases/slots.js';
import { STOPPING } from './cases/stopping.js';
import { WINDOWS } from './cases/windows.js';
import { WORK } from './cases/work.js';

const CASES = [BUDGETS, DIALECT_CASES, FAILURES, GUARDS, SLOTS, STOPPING, WINDOWS, WORK].flat();

/** Rules that are none of a driver, or that are tried elsewhere, each with the reason. */
const WITHOUT_CASE: Readonly<Record<string, string>> = {
  'cancel-ladder-unknown': 'it takes 16 s with each driver, and leaves its worker to nobody',
  'carry-over': 'the plan decides it, before a driver is at work: test/db/limits/window.test.ts',
  'guard-walk': 'the worker looks between two batches, no driver: test/db/limits/guards.test.ts',
  'resume-harm': 'it is a rule of resume alone: test/db/detach/resume.test.ts',
};

/** `<!-- rule: ID -->` stands beside the sentence that says it. */
const anchors = [
  ...readFileSync(join(ROOT, 'docs', 'semantics.md'), 'utf8').matchAll(/<!-- rule: ([\w-]+) -->/g),
].map(([, id]) => id);

it('each rule of docs/semantics.md has a case or a reason, and each case has its rule there', () => {
  const tried = [...new Set(CASES.map(({ rule }) => rule)), ...Object.keys(WITHOUT_CASE)];
  expect(tried.toSorted()).toEqual(anchors.toSorted());
});

it('each case expects a run, and a task at least', () => {
  for (const { title, expected } of CASES) {
    expect([title, expected[0]]).toEqual([title, expect.stringMatching(/^run \w+, exit \d+$/)]);
    expect(expected.length, title).toBeGreaterThan(2);
  }
});

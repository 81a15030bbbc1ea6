import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  budgetTag,
  makeRunId,
  plausiblePid,
  workerApplicationName,
} from '../../../src/model/identity.js';

describe('makeRunId', () => {
  it('starts with the day, in UTC', () => {
    expect(
      makeRunId(new Date('2026-11-21T23:59:00Z'), new Uint8Array([0, 1, 2, 31, 32, 255])),
    ).toBe('20261121-012z0z');
  });
});

describe('workerApplicationName', () => {
  it('of steps that begin alike differs, also where the step is cut', () => {
    const names = ['a', 'b'].map((end) =>
      workerApplicationName('20261121-k3x9t2', `${'x'.repeat(60)}${end}`, 1),
    );
    expect(names[0]).toHaveLength(63);
    expect(names[0]).not.toBe(names[1]);
    expect(workerApplicationName('20261121-k3x9t2', 'short', 'supervisor')).toBe(
      'pg-runbook/20261121-k3x9t2/short/supervisor',
    );
  });
});

describe('plausiblePid', () => {
  it.each([
    [1, 1],
    [4_194_304, 4_194_304],
    [0, null],
    [-1, null],
    [1_952_867_692, null],
  ])('of %i is %s', (pid, plausible) => {
    expect(plausiblePid(pid)).toBe(plausible);
  });
});

const anyName = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);

test.prop([anyName, fc.integer({ min: 1, max: 99_999 }), fc.array(anyName, { maxLength: 2 })])(
  'an application_name fits, and always tells run, task and budgets',
  (step, task, budgets) => {
    const name = workerApplicationName('20261121-k3x9t2', step, task, budgets);
    const tags = budgets.map(budgetTag);
    expect(name.length).toBeLessThanOrEqual(63);
    expect(name.startsWith('pg-runbook/20261121-k3x9t2/')).toBe(true);
    expect(name.endsWith(`/${String(task)}${tags.join('')}`)).toBe(true);
    expect(tags.every((tag) => /^\+[0-9a-z]{7}$/.test(tag))).toBe(true);
  },
);

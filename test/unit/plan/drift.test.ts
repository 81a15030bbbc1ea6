import { describe, expect, it } from 'vitest';
import { compareWithPlan, type Present } from '../../../src/plan/drift.js';
import { planDigest } from '../../../src/plan/digest.js';
import { openSavedPlan } from '../../../src/plan/saved.js';
import { RunbookError } from '../../../src/errors.js';
import { makePlan, makeStep, makeTask, target } from '../support.js';

const MB = 1024 * 1024;
const LIMITS = { maxAgeMs: 86_400_000, growth: 0.5, gone: 0 };

const a = target('app.a', { oid: 1, size_bytes: 100 * MB });
const b = target('app.b', { oid: 2, size_bytes: 100 * MB });
const spec = { tables: { include: [], exclude: [], order_by: 'size' }, options: {} };
const plan = makePlan([makeStep('s', { spec, tasks: [makeTask(1, [a, b])] })]);

const now = (sizes: Readonly<Record<string, number>>): Present[] =>
  Object.entries(sizes).map(([name, mb]) => ({
    oid: name === 'app.a' || name === 'app.renamed' ? 1 : 2,
    name,
    size_bytes: mb * MB,
  }));

describe('drift', () => {
  const same = { 'app.a': 100, 'app.b': 100 };

  it('is nothing where nothing has changed', () => {
    expect(compareWithPlan(plan, plan.server, now(same), 0, LIMITS)).toEqual({
      notes: [],
      refusals: [],
    });
  });

  it.each([
    [
      'growth within the limit',
      { 'app.a': 140, 'app.b': 100 },
      {},
      /^app.a grew by 40 %/,
      undefined,
    ],
    [
      'growth beyond it',
      { 'app.a': 151, 'app.b': 100 },
      {},
      undefined,
      /^app.a grew by 51 %, from 100.0 MB/,
    ],
    [
      'growth of several',
      { 'app.a': 151, 'app.b': 300 },
      {},
      undefined,
      /^2 relations grew, most of all app.b by 200 %/,
    ],
    ['little growth', { 'app.a': 115, 'app.b': 100 }, { growth: 0 }, undefined, undefined],
    ['a relation that is gone', { 'app.b': 100 }, {}, undefined, /^app.a gone/],
    [
      'one that was renamed',
      { 'app.renamed': 100, 'app.b': 100 },
      {},
      undefined,
      /^app.a gone, renamed/,
    ],
    ['as many as are allowed', { 'app.b': 100 }, { gone: 1 }, /^app.a gone/, undefined],
    ['more than that', {}, { gone: 1 }, undefined, /^2 relations gone/],
  ])('tells %s', (_what, sizes, limits, note, refusal) => {
    const found = compareWithPlan(plan, plan.server, now(sizes), 0, { ...LIMITS, ...limits });
    expect(found.notes.join()).toMatch(note ?? /^$/);
    expect(found.refusals.join()).toMatch(refusal ?? /^$/);
  });

  it.each([
    [{ system_identifier: '8' }, undefined, /another server/],
    [{ database_oid: 6 }, undefined, /another database/],
    [{ role: 'other' }, undefined, /role dba, and this is other/],
    [{ version_number: 190_000, version: '19.0' }, undefined, /upgraded from 18.6 to 19.0/],
    [{ version_number: 180_007, version: '18.7' }, /PostgreSQL 18.6 is now 18.7/, undefined],
    [{ max_worker_processes: 4 }, /max_worker_processes lowered from 8 to 4/, undefined],
  ])('tells of the server: %j', (more, note, refusal) => {
    const found = compareWithPlan(plan, { ...plan.server, ...more }, now(same), 0, LIMITS);
    expect(found.notes.join()).toMatch(note ?? /^$/);
    expect(found.refusals.join()).toMatch(refusal ?? /^$/);
  });

  it('of time makes a plan stale', () => {
    const { refusals } = compareWithPlan(plan, plan.server, now(same), 86_400_001, LIMITS);
    expect(refusals.join()).toMatch(/24h 0m old \(drift.max_age 1d\)/);
  });
});

describe('a saved plan', () => {
  const saved = { ...plan, digest: planDigest(plan) };
  const codeOf = async (text: string): Promise<string | undefined> => {
    try {
      await openSavedPlan(text, 'p.json');
      return undefined;
    } catch (error) {
      return error instanceof RunbookError ? error.code : String(error);
    }
  };

  it('is read as it was written', async () => {
    expect(await openSavedPlan(JSON.stringify(saved), 'p.json')).toEqual(saved);
  });

  it.each([
    ['no JSON', '{', 'plan_invalid'],
    ['another document', '{}', 'plan_invalid'],
    ['null', 'null', 'plan_invalid'],
    ['an unknown field', JSON.stringify({ ...saved, more: 1 }), 'plan_invalid'],
    ['a step that was altered', JSON.stringify({ ...saved, steps: [] }), 'plan_altered'],
    ['a digest that was altered', JSON.stringify(plan), 'plan_altered'],
    [
      'an outline',
      JSON.stringify({ ...saved, server: null, digest: planDigest({ ...plan, server: null }) }),
      'plan_invalid',
    ],
  ])('is refused: %s', async (_what, text, code) => {
    expect(await codeOf(text)).toBe(code);
  });
});

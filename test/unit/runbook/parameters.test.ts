import { describe, expect, it } from 'vitest';
import { loadRunbookText, type LoadOptions } from '../../../src/runbook/load.js';

const TEXT = `api_version: pg-runbook/v1
name: a
version: 1
parameters:
  days: { type: integer, minimum: 1, maximum: 90 }
  ratio: { type: number, default: 0.5 }
  full: { type: boolean, default: false }
  mode: { type: string, default: fast, enum: [fast, slow] }
steps:
  - id: vacuum
    description: "\${mode} for \${days} days"
    vacuum:
      tables: { include: [public.*], min_dead_rows: "\${days}", min_dead_ratio: "\${ratio}" }
      options: { full: "\${full}" }
    timeout: "\${days}m"
  - id: sql
    sql: select :'mode', :"mode"
    timeout: 5m
`;

async function load(options: LoadOptions) {
  const result = await loadRunbookText(TEXT, 'a.yaml', options);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.runbook;
}

async function problems(options: LoadOptions): Promise<string[]> {
  const result = await loadRunbookText(TEXT, 'a.yaml', options);
  return result.ok ? [] : result.diagnostics.map((one) => `${one.code}: ${one.message}`);
}

describe('parameters', () => {
  it('take their values with their types', async () => {
    const runbook = await load({ parameters: { days: '7', ratio: '1e-1', full: 'true' } });
    expect(runbook.parameters).toEqual({ days: 7, ratio: 0.1, full: true, mode: 'fast' });
    expect(runbook.steps[0]).toMatchObject({
      description: 'fast for 7 days',
      timeoutMs: 420_000,
      spec: { tables: { min_dead_rows: 7, min_dead_ratio: 0.1 }, options: { full: true } },
    });
    expect(runbook.steps[1]?.spec).toMatchObject({ sql: `select 'fast', "fast"` });
  });

  it('may lack a value for validation, and may not for a run', async () => {
    const runbook = await load({});
    expect(runbook.parameters).toEqual({ ratio: 0.5, full: false, mode: 'fast' });
    expect(await problems({ requireParameters: true })).toEqual([
      'parameter-missing: parameter days has no value and no default',
    ]);
  });

  it.each([
    [{ days: 'many' }, 'parameter-value: -p days must be a whole number, not "many"'],
    [{ days: '1.5' }, 'parameter-value: -p days must be a whole number, not "1.5"'],
    [{ days: '' }, 'parameter-value: -p days must be a whole number, not ""'],
    [{ days: '0' }, 'parameter-value: -p days must be at least 1, not "0"'],
    [{ days: '91' }, 'parameter-value: -p days must be at most 90, not "91"'],
    [{ days: '1', ratio: 'NaN' }, 'parameter-value: -p ratio must be a number, not "NaN"'],
    [{ days: '1', full: 'yes' }, 'parameter-value: -p full must be true or false, not "yes"'],
    [{ days: '1', mode: 'fine' }, 'parameter-value: -p mode must be one of fast, slow, not "fine"'],
    [{ days: '1', moed: 'x' }, 'unknown-parameter: -p moed: the runbook has no such parameter'],
    [{ days: '1', ratio: '2' }, 'out-of-range: `min_dead_ratio` must be at most 1, not 2'],
  ])('%j is refused', async (parameters, message) => {
    expect(await problems({ parameters })).toEqual([message]);
  });

  it('do not change the digest', async () => {
    const [a, b] = [await load({ parameters: { days: '1' } }), await load({})];
    expect(a.digest).toBe(b.digest);
  });
});

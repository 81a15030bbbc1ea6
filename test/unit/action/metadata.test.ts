import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../support/root.js';
import { ACTION, readText } from './metadata.js';
import { scriptOf } from './runner.js';

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly language: string;
  readonly files: string;
}

const HOOKS = parse(readText('.pre-commit-hooks.yaml')) as Hook[];

describe('.pre-commit-hooks.yaml', () => {
  const [hook] = HOOKS;

  it('has one hook, which is a program of this package', () => {
    expect(HOOKS.map(({ id }) => id)).toEqual(['pg-runbook-validate']);
    const { bin } = JSON.parse(readText('package.json')) as { bin: Record<string, string> };
    const [program, command] = hook!.entry.split(' ');
    expect(bin).toHaveProperty(program!);
    expect(command).toBe('validate');
    expect(hook).toMatchObject({ language: 'node', args: ['--'] });
  });

  it.each([
    ['runbooks/nightly.yaml', true],
    ['services/shop/runbooks/it is.yml', true],
    ['runbooks/readme.md', false],
    ['old-runbooks/nightly.yaml', false],
    ['docker-compose.yml', false],
  ])('takes %s: %s', (path, taken) => {
    expect(new RegExp(hook!.files).test(path)).toBe(taken);
  });
});

describe('action.yml', () => {
  const { inputs, runs } = ACTION;
  const own = runs.steps.filter(({ run }) => run !== undefined);

  it('is composite, and every step of its own is one executable script', () => {
    expect(runs.using).toBe('composite');
    for (const step of own) {
      expect(step.shell).toBe('bash');
      const path = join(ROOT, 'action', scriptOf(step));
      expect(existsSync(path), path).toBe(true);
      expect(statSync(path).mode & 0o111, path).toBe(0o111);
    }
    expect(statSync(join(ROOT, 'action/bin/pg-runbook')).mode & 0o111).toBe(0o111);
  });

  it('puts nothing into a shell by expression', () => {
    for (const { run } of own) expect(run).not.toContain('${{');
  });

  it('uses other actions by commit only', () => {
    for (const { uses } of runs.steps)
      if (uses !== undefined) expect(uses).toMatch(/@[\da-f]{40}$/);
  });

  it('describes each input, and uses those and no others', () => {
    for (const input of Object.values(inputs)) expect(input.description).not.toBe('');
    const used = [...JSON.stringify(runs).matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(inputs)));
  });
});

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Record<
    string,
    { steps: { uses?: string; with?: Record<string, string>; env?: object }[] }
  >;
}

describe('docs/review.md', () => {
  const blocks = [...readText('docs/review.md').matchAll(/^```yml\n(.*?)^```$/gms)];
  const [config, workflow] = blocks.map(([, text]) => parse(text!) as unknown);

  it('configures a hook that is there', () => {
    const { repos } = config as { repos: { hooks: { id: string }[] }[] };
    const ids = repos.flatMap(({ hooks }) => hooks.map(({ id }) => id));
    expect(ids).toEqual(HOOKS.map(({ id }) => id));
  });

  it('has a workflow that may comment, with inputs that are there and no server among them', () => {
    const { on, permissions, jobs } = workflow as Workflow;
    expect(Object.keys(on)).toEqual(['pull_request']);
    expect(permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const step = steps.find(({ uses }) => uses?.includes('/pg-runbook@'));
    expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(Object.keys(step!.with!)));
    expect(step!.env).toHaveProperty('PGHOST');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runbook, runCommand, withFolder } from '../ours.js';
import { median } from '../statistics.js';
import { limited, type LimitResult } from './limit.js';

const RUNBOOKS = 2_000;
const STEPS = 50;
const STARTS = 11;

/** Every kind, in turn, each step after the one before. */
const KINDS = [
  (i: number) => `  vacuum: { tables: { include: ["app${String(i)}.*"], min_dead_rows: 100 } }`,
  () => '  analyze: { tables: { include: ["*.*"], min_modified_rows: 1000 } }',
  () => '  reindex: { indexes: { include: ["*.*"], min_bloat: 0.4 }, concurrently: true }',
  () => '  refresh: { views: { include: ["*.*"] }, concurrently: true }',
  (i: number) => `  sql: DELETE FROM t${String(i)} WHERE at < now() - interval '30 days'`,
];

function steps(book: number): string {
  return Array.from({ length: STEPS }, (_, i) => {
    const kind = KINDS[i % KINDS.length];
    const needs = i === 0 ? '' : `  needs: [s${String(i - 1)}]\n`;
    return `- id: s${String(i)}\n${needs}${kind?.(book * STEPS + i) ?? ''}`;
  }).join('\n');
}

/** What needs no server. */
export async function offline(): Promise<LimitResult[]> {
  const { ms } = await withFolder((folder) => {
    const files = Array.from({ length: RUNBOOKS }, (_, i) => join(folder, `b${String(i)}.yaml`));
    for (const [i, file] of files.entries()) writeFileSync(file, runbook(steps(i), 4));
    return runCommand(['validate', ...files]);
  });
  const starts: number[] = [];
  for (let i = 0; i < STARTS; i += 1) starts.push((await runCommand(['--help'])).ms);
  return [
    limited('2,000 runbooks of 50 steps validated', ms / 1000, 20, 's'),
    limited('--help', median(starts) / 1000, 0.3, 's'),
  ];
}

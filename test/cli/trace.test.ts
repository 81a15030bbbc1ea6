import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runbook, useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';

const db = await useTestDatabase();
const folder = useFolder();
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('carries TRACEPARENT into each line of the log, the report and the ledger', async () => {
  const path = join(folder, 'traced.yaml');
  writeFileSync(path, runbook('  - id: one\n    sql: SELECT 1\n'));
  const report = join(folder, 'traced.json');
  const { code, stderr } = await runCli(['run', path, '--report', report, '--log-format', 'json'], {
    env: { ...db.env, TRACEPARENT },
  });
  expect(code).toBe(0);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      parent_id: 'b7ad6b7169203331',
    });
  }
  const written = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
  expect(written.run.traceparent).toBe(TRACEPARENT);
  const { stdout } = await runCli(['status', 'latest', '--json'], { env: db.env });
  expect((JSON.parse(stdout) as ReportV1).run.traceparent).toBe(TRACEPARENT);
});

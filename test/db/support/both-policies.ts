import type { ReportV1 } from '../../../src/index.js';
import type { TestDatabase } from '../../support/database.js';
import { about } from '../detach/support.js';
import { runbookOf, runYaml, type RunYamlOptions } from './run-yaml.js';

export const POLICIES = ['wait', 'detach'] as const;

/** Runs steps under one policy, and waits for the end of those that are detached. */
export async function runSteps(
  db: TestDatabase,
  policy: (typeof POLICIES)[number],
  steps: string,
  options: RunYamlOptions = {},
): Promise<ReportV1> {
  const all = steps.replaceAll(/^( *)- id: [\w-]+$/gm, `$&\n$1  policy: ${policy}`);
  const report = await runYaml(db, runbookOf(all), options);
  return policy === 'wait' ? report : (await about(db, 'wait', report.run.id)).report;
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** One made-up file per rule of .dependency-cruiser.cjs, and the rule that it must break. */
export const SAMPLES: readonly (readonly [rule: string, path: string, imported: string])[] = [
  ['no-runtime-cycles', 'src/engine/one.ts', './two.js'],
  ['no-unresolved', 'src/engine/lost.ts', './nowhere.js'],
  ['layer-model', 'src/model/a.ts', '../errors.js'],
  ['layer-sql', 'src/sql/a.ts', '../plan/empty.js'],
  ['layer-runbook', 'src/runbook/a.ts', '../postgres/empty.js'],
  ['layer-postgres', 'src/postgres/a.ts', '../runbook/empty.js'],
  ['layer-steps', 'src/steps/a.ts', '../ledger/empty.js'],
  ['layer-ledger', 'src/ledger/a.ts', '../steps/empty.js'],
  ['layer-plan', 'src/plan/a.ts', '../engine/empty.js'],
  ['layer-engine', 'src/engine/a.ts', '../cli/empty.js'],
  ['layer-selftest', 'src/selftest/a.ts', '../cli/empty.js'],
  ['layer-report', 'src/report/a.ts', '../engine/empty.js'],
  ['layer-generated', 'src/generated/a.ts', '../model/empty.js'],
  ['layer-errors', 'src/errors.ts', './sql/empty.js'],
  ['index-is-the-top', 'src/cli/a.ts', '../index.js'],
  ['model-imports-nothing', 'src/model/b.ts', 'node:crypto'],
  ['report-is-pure', 'src/report/b.ts', 'node:fs'],
  ['authored-form-is-private', 'src/plan/b.ts', '../generated/runbook.v1.js'],
  ['engine-knows-no-kind', 'src/engine/b.ts', '../steps/vacuum/empty.js'],
  ['engine-knows-no-dialect', 'src/engine/c.ts', '../postgres/background/canonical.js'],
  ['pure-no-packages', 'src/engine/schedule.ts', 'node:fs'],
  ['pure-no-server', 'src/steps/vacuum/render.ts', '../../postgres/empty.js'],
  ['home-of-pg', 'src/ledger/b.ts', 'pg'],
  ['home-of-pgpass', 'src/cli/b.ts', 'pgpass'],
  ['home-of-pg-connection-string', 'src/cli/c.ts', 'pg-connection-string'],
  ['home-of-yaml', 'src/plan/c.ts', 'yaml'],
  ['home-of-ajv', 'src/report/c.ts', 'ajv'],
  ['home-of-ajv-formats', 'src/report/d.ts', 'ajv-formats'],
  ['home-of-canonicalize', 'src/engine/d.ts', 'canonicalize'],
  ['home-of-libpg-query', 'src/runbook/b.ts', 'libpg-query'],
  ['home-of-p-limit', 'src/plan/d.ts', 'p-limit'],
  ['home-of-pino', 'src/engine/e.ts', 'pino'],
  ['home-of-log-update', 'src/engine/i.ts', 'log-update'],
  ['home-of-commander', 'src/engine/f.ts', 'commander'],
  ['home-of-commander-jsextra-typings', 'src/engine/g.ts', '@commander-js/extra-typings'],
  ['home-of-pg-utils', 'src/sql/b.ts', 'pg/lib/utils.js'],
  ['process-only-in-cli', 'src/engine/h.ts', 'node:process'],
  ['no-child-process', 'src/cli/d.ts', 'node:child_process'],
];

/** Files that the samples import, and imports that are allowed: they must break nothing. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/index.ts': "export * from './model/empty.js';",
  'src/engine/two.ts': "import './one.js';\nexport const two = 2;",
  'src/generated/runbook.v1.ts': 'export interface Authored { name: string }',
  'src/runbook/good.ts':
    "import type { Authored } from '../generated/runbook.v1.js';\nimport 'yaml';",
  'src/postgres/background/canonical.ts': "import 'pg';",
  'src/postgres/background/detect.ts': "import './canonical.js';",
  'src/sql/quote.ts': "import 'pg/lib/utils.js';",
  'src/cli/good.ts': "import 'node:process';\nimport '../report/empty.js';\nimport 'pino';",
  'src/steps/vacuum/empty.ts': 'export const empty = {};',
  // Types may refer to each other, and a renderer may know the server by type.
  'src/model/left.ts':
    "import type { Right } from './right.js';\nexport interface Left { r: Right }",
  'src/model/right.ts':
    "import type { Left } from './left.js';\nexport interface Right { l: Left }",
  'src/steps/analyze/render.ts':
    "import type { empty } from '../../postgres/empty.js';\nexport type E = typeof empty;",
};

const LAYERS = [
  'model',
  'sql',
  'runbook',
  'postgres',
  'steps',
  'ledger',
  'plan',
  'engine',
  'selftest',
  'cli',
];

/** Writes the made-up tree to a new folder, with packages that are empty but can be resolved. */
export function writeSampleTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-layers-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  };
  for (const layer of [...LAYERS, 'report', 'generated']) {
    write(`src/${layer}/empty.ts`, 'export const empty = {};');
  }
  for (const [path, text] of Object.entries(ALLOWED)) write(path, text);
  for (const [, path, imported] of SAMPLES) {
    write(path, `import '${imported}';\nexport const sample = 1;`);
    writePackage(imported, write);
  }
  return folder;
}

function writePackage(imported: string, write: (path: string, text: string) => void): void {
  if (imported.startsWith('.') || imported.startsWith('node:')) return;
  const name = /^(@[^/]+\/)?[^/]+/.exec(imported)?.[0] ?? imported;
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
  write(`node_modules/${name}/index.js`, '');
  if (imported !== name) write(`node_modules/${imported}`, '');
}

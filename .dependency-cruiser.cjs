/**
 * The import rules of the source tree. Layers, from the ground up; a folder may import what stands in
 * the lines above its own, and nothing beside or below it:
 *
 *   model, errors, package-file, sql → runbook, postgres → steps, ledger → plan → engine → selftest → cli
 *
 * report hangs off model and errors alone, so that a stored run can be shown without the engine.
 * selftest runs the engine as the command line does, and so stands above it; it is no part of a run.
 * generated/ may be imported by anyone, but the authored form (runbook.v1) is private to the loader.
 */
const MAY_IMPORT = {
  model: [],
  sql: ['model', 'errors'],
  runbook: ['model', 'errors', 'sql'],
  postgres: ['model', 'errors', 'sql'],
  steps: ['model', 'errors', 'sql', 'runbook', 'postgres'],
  ledger: ['model', 'errors', 'package-file', 'sql', 'runbook', 'postgres'],
  plan: ['model', 'errors', 'package-file', 'sql', 'runbook', 'postgres', 'steps', 'ledger'],
  engine: ['model', 'errors', 'sql', 'runbook', 'postgres', 'steps', 'ledger', 'plan'],
  selftest: [
    'model',
    'errors',
    'package-file',
    'sql',
    'runbook',
    'postgres',
    'ledger',
    'plan',
    'engine',
  ],
  report: ['model', 'errors'],
  generated: [],
};

/** One home per package: whoever wants to replace one finds all of its uses in one folder. */
const HOMES = {
  pg: ['postgres'],
  pgpass: ['postgres'],
  'pg-connection-string': ['postgres'],
  yaml: ['runbook'],
  ajv: ['runbook', 'plan', 'generated'],
  'ajv-formats': ['runbook'],
  canonicalize: ['runbook', 'plan'],
  'libpg-query': ['sql'],
  'p-limit': ['engine'],
  pino: ['cli'],
  'log-update': ['cli'],
  commander: ['cli'],
  '@commander-js/extra-typings': ['cli'],
};

const PURE = '^src/engine/schedule\\.ts$|^src/steps/[^/]+/render\\.ts$';

/** pg's own escape functions are the one part of pg that sql/ may use. */
const PG_UTILS = 'node_modules/(@types/)?pg/lib/utils\\.';

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

const layers = Object.entries(MAY_IMPORT).map(([layer, allowed]) => {
  const own = [layer, 'generated', ...allowed].map((name) =>
    ['errors', 'package-file'].includes(name) ? `${name}\\.ts$` : `${name}/`,
  );
  return rule(
    `layer-${layer}`,
    `src/${layer} imports of src only: ${[layer, ...allowed, 'generated'].join(', ')}`,
    { path: `^src/${layer}/` },
    { path: '^src/', pathNot: `^src/(${own.join('|')})` },
  );
});

const homes = Object.entries(HOMES).map(([name, folders]) =>
  rule(
    `home-of-${name.replace(/[^a-z-]/g, '')}`,
    `${name} is imported only in src/${folders.join(' and src/')}`,
    { path: '^src/', pathNot: `^src/(${folders.join('|')})/` },
    {
      path: `(^|/)node_modules/(@types/)?${name}/`,
      ...(name === 'pg' ? { pathNot: PG_UTILS } : {}),
    },
  ),
);

module.exports = {
  forbidden: [
    rule(
      'no-runtime-cycles',
      'modules that import each other are loaded half-made; types may refer to each other',
      { path: '^src/' },
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'no-unresolved',
      'an import that leads nowhere escapes every other rule',
      { path: '^src/' },
      { couldNotResolve: true },
    ),
    ...layers,
    rule(
      'layer-errors',
      'errors.ts imports of src only model',
      { path: '^src/errors\\.ts$' },
      { path: '^src/', pathNot: '^src/model/' },
    ),
    rule(
      'index-is-the-top',
      'src/index.ts is for users of the library; importing it from within makes cycles',
      { path: '^src/' },
      { path: '^src/index\\.ts$' },
    ),
    rule(
      'model-imports-nothing',
      'model is pure vocabulary: no packages, no node modules',
      { path: '^src/model/' },
      { pathNot: '^src/' },
    ),
    rule(
      'report-is-pure',
      'a report is computed, not read or written, here',
      { path: '^src/report/' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'authored-form-is-private',
      'what the YAML says is for the loader; everybody else sees the canonical model',
      { path: '^src/', pathNot: '^src/(runbook|generated)/' },
      { path: '^src/generated/(runbook|inventory)\\.v1\\.' },
    ),
    rule(
      'engine-knows-no-kind',
      'the engine runs tasks through the contract; a kind by name belongs in steps/',
      { path: '^src/engine/' },
      { path: '^src/steps/[^/]+/' },
    ),
    rule(
      'engine-knows-no-dialect',
      'the engine uses the pg_background client; a dialect by name belongs in postgres/background/',
      { path: '^src/(steps|plan|engine|selftest|cli)/' },
      { path: '^src/postgres/background/(canonical|suffixed)\\.ts$' },
    ),
    rule(
      'pure-no-packages',
      'the scheduler and the renderers do no I/O: the dry run must show what the run does',
      { path: PURE },
      { pathNot: '^src/' },
    ),
    rule(
      'pure-no-server',
      'the scheduler and the renderers know the server by type only',
      { path: PURE },
      { path: '^src/(postgres|ledger)/', dependencyTypesNot: ['type-only'] },
    ),
    ...homes,
    rule(
      'home-of-pg-utils',
      "pg's escape functions are wrapped in src/sql/quote.ts",
      { path: '^src/', pathNot: '^src/postgres/|^src/sql/quote\\.ts$' },
      { path: PG_UTILS },
    ),
    rule(
      'process-only-in-cli',
      'a library that reads argv or ends the process cannot be embedded',
      { path: '^src/', pathNot: '^src/cli/' },
      { path: '^(node:)?(process|console)$' },
    ),
    rule(
      'no-child-process',
      'a runbook runs SQL and nothing else',
      { path: '^src/' },
      { path: '^(node:)?(child_process|cluster|vm)$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // 'specify' keeps type-only imports apart: they count for the layers, not for cycles.
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};

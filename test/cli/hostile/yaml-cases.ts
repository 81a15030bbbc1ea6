/** Hostile runbooks. What is accepted on purpose says so; all else ends with exit 2. */
export interface TextCase {
  readonly name: string;
  readonly text: string | Buffer;
  /** Why it is no mistake. */
  readonly accepted?: string;
}

const HEAD = 'api_version: pg-runbook/v1\nname: hostile\nversion: 1\n';
const TIMED = `${HEAD}defaults: { timeout: 5s }\n`;
const STEPS = 'steps:\n  - id: a\n    sql: select 1\n    timeout: 5s\n';
export const GOOD = HEAD + STEPS;

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  );

/** Each level names the one before nine times. */
const laughs = (levels: number): string =>
  Array.from({ length: levels }, (_, i) =>
    i === 0 ? 'l0: &l0 [x]' : `l${String(i)}: &l${String(i)} [${`*l${String(i - 1)},`.repeat(9)}]`,
  ).join('\n');

const step = (lines: string): string => `${TIMED}steps:\n  - ${lines.replaceAll('\n', '\n    ')}\n`;
const steps = (...ids: readonly (readonly [string, string])[]): string =>
  `${TIMED}steps:\n${ids.map(([id, needs]) => `  - { id: ${id}, sql: select 1, needs: [${needs}] }`).join('\n')}\n`;

const BYTES: Readonly<Record<string, string | Buffer>> = {
  'nothing at all': '',
  'blanks alone': ' \n\n  \n',
  'a comment alone': '# nothing',
  'a NUL': `${GOOD}\0`,
  'a NUL in the middle': GOOD.replace('select', 'sel\0ect'),
  'NULs alone': Buffer.alloc(1000),
  'invalid UTF-8': bytes(GOOD, [0xff, 0xfe, 0xfd]),
  'overlong UTF-8': bytes(HEAD, 'x: ', [0xc0, 0xaf], '\n', STEPS),
  'half a surrogate in UTF-8': bytes(HEAD, 'x: ', [0xed, 0xa0, 0x80], '\n', STEPS),
  'cut within a character': bytes(GOOD, '# ', [0xf0, 0x9f, 0x90]),
  'Latin-1': bytes(GOOD, '# gr', [0xf6, 0xdf], 'e'),
  'UTF-16': Buffer.from(GOOD, 'utf16le'),
  'a BOM': `\uFEFF${GOOD}`,
  'two BOMs': `\uFEFF\uFEFF${GOOD}`,
  'a BOM in the middle': GOOD.replace('name:', '\uFEFFname:'),
  'a tab as indentation': GOOD.replace('    sql', '\tsql'),
  'tabs alone': '\t\t\t',
  'a carriage return in a key': GOOD.replace('name:', 'na\rme:'),
  'an ELF head': bytes([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]),
  'a gzip head': bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  'over 1 MiB': `${GOOD}#${'x'.repeat(1024 * 1024)}`,
  'just 1 MiB of one line': `a: ${'x'.repeat(1024 * 1024 - 10)}`,
  'one very long key': `${'k'.repeat(500_000)}: 1\n${GOOD}`,
  'JSON that is cut off': '{"api_version": "pg-runbook/v1", "steps": [',
};

const SHAPES: Readonly<Record<string, string>> = {
  'aliases to a billion': `${laughs(10)}\n${GOOD}`,
  'aliases to a billion as steps': `${laughs(10)}\n${HEAD}steps: *l9\n`,
  'an alias of itself': `${HEAD}steps: &s [*s]\n`,
  'a mapping within itself': `${HEAD}steps: &s [{ id: a, vacuum: &v { tables: *v } }]\n`,
  'an alias without anchor': `${HEAD}steps: *nothing\n`,
  '600 aliases': `${HEAD}x: &x 1\ny: [${'*x,'.repeat(600)}]\n${STEPS}`,
  '200,000 aliases': `x: &x 1\ny: [${'*x,'.repeat(200_000)}]\n`,
  '10,000 brackets': '['.repeat(10_000),
  '10,000 braces': '{a: '.repeat(10_000),
  '100,000 closed brackets': '['.repeat(100_000) + ']'.repeat(100_000),
  '500 levels of blocks': Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  '10,000 levels of dashes': `${'- '.repeat(10_000)}x`,
  '10,000 question marks': '? '.repeat(10_000),
  '100 levels of quotes in SQL': step(`id: a\nsql: "select ${"'".repeat(201)}"`),
  '6,000 steps': `${HEAD}steps:\n${'  - { id: a, sql: select 1 }\n'.repeat(6_000)}`,
  'a duplicate key': `${GOOD}version: 2\n`,
  'a duplicate key in a step': step('id: a\nid: b\nsql: select 1'),
  'a merge key': `${HEAD}base: &b { sql: select 1 }\nsteps:\n  - { id: a, <<: *b }\n`,
  'a merge key of itself': `${HEAD}steps:\n  - &b { id: a, <<: *b }\n`,
  __proto__: `${GOOD}__proto__: { polluted: true }\n`,
  '__proto__ in a step': step('id: a\nsql: select 1\n__proto__: { timeout: 1s }'),
  '__proto__ as the kind': step('id: a\n__proto__: { tables: { include: [x] } }'),
  constructor: `${GOOD}constructor: { prototype: { polluted: true } }\n`,
  'constructor as the kind': step('id: a\nconstructor: {}'),
  'toString as a setting': `${HEAD}defaults: { toString: 1 }\n${STEPS}`,
  '__proto__ as a parameter': `${HEAD}parameters: { __proto__: { type: string } }\n${STEPS}`,
  'constructor as the type of a parameter': `${HEAD}parameters: { p: { type: constructor } }\n${STEPS}`,
  'a key that is a mapping': `${HEAD}? { a: b }\n: 1\n${STEPS}`,
  'a key that is null': `${HEAD}~: 1\n${STEPS}`,
  'two documents': `${GOOD}---\n${GOOD}`,
  'a hundred documents': `${GOOD}---\n`.repeat(100),
  'a document end and rest': `${GOOD}...\nrest`,
  'YAML 1.1': `%YAML 1.1\n---\n${GOOD}`,
  'YAML 9.9': `%YAML 9.9\n---\n${GOOD}`,
  'a %TAG directive': `%TAG ! tag:evil,2000:\n---\n${HEAD}steps: !x []\n`,
  'a code tag': `${HEAD}x: !!js/function "function () { process.exit(0) }"\n${STEPS}`,
  'a python tag': `${HEAD}steps: !!python/object/apply:os.system ["true"]\n`,
  'a binary tag': step('id: a\nsql: !!binary c2VsZWN0IDE='),
  'a set tag': `${HEAD}steps: !!set { a, b }\n`,
  'a tag of 10,000 characters': `${HEAD}steps: !${'t'.repeat(10_000)} []\n`,
};

const VALUES: Readonly<Record<string, string>> = {
  'SQL of 5,000 brackets': step(`id: a\nsql: select ${'('.repeat(5_000)}1${')'.repeat(5_000)}`),
  'a text': 'just a text',
  'a number': '42',
  'a list': '- a\n- b',
  null: 'null',
  true: 'true',
  'steps as text': `${HEAD}steps: everything\n`,
  'steps as a mapping': `${HEAD}steps: { a: { sql: select 1 } }\n`,
  'steps as a number': `${HEAD}steps: 7\n`,
  'no steps': `${HEAD}steps: []\n`,
  'a step of null': `${HEAD}steps: [null]\n`,
  'a step of lists': `${HEAD}steps: [[[]]]\n`,
  'a step as text': `${HEAD}steps: [vacuum]\n`,
  'a version of 1e400': GOOD.replace('version: 1', 'version: 1e400'),
  'a version of .nan': GOOD.replace('version: 1', 'version: .nan'),
  'a version of -1': GOOD.replace('version: 1', 'version: -1'),
  'a version of 400 digits': GOOD.replace('version: 1', `version: ${'9'.repeat(400)}`),
  'a version in hex': GOOD.replace('version: 1', 'version: 0xFFFFFFFFFFFFFFFFFF'),
  'a version as a list': GOOD.replace('version: 1', 'version: [1]'),
  'a budget of 1e18 workers': `${HEAD}budget: { workers: 1e18 }\n${STEPS}`,
  'a budget of half a worker': `${HEAD}budget: { workers: 0.5 }\n${STEPS}`,
  'a budget as text': `${HEAD}budget: all\n${STEPS}`,
  'a timeout of a million years': GOOD.replace('5s', '365000000d'),
  'a timeout of 400 digits': GOOD.replace('5s', `${'9'.repeat(400)}s`),
  'a negative timeout': GOOD.replace('5s', '-5s'),
  'a timeout of nothing': GOOD.replace('5s', "''"),
  'a timeout as a mapping': GOOD.replace('5s', '{ s: 5 }'),
  'a regular expression that backtracks as duration': GOOD.replace('5s', `${'1'.repeat(50_000)}!`),
  'a window at 99:99': `${HEAD}window: { not_before: '99:99', finish_by: '25:00' }\n${STEPS}`,
  'a time zone of the moon': `${HEAD}window: { not_before: '22:00', finish_by: '05:00', time_zone: "../../etc/passwd" }\n${STEPS}`,
  'an id with a newline': step('id: "a\\nb"\nsql: select 1'),
  'an id with an escape': step('id: "\\e[2J"\nsql: select 1'),
  'an id with a NUL': step('id: "\\0"\nsql: select 1'),
  'an id with a slash': step('id: ../../etc\nsql: select 1'),
  'an id with a quote': step(`id: "a'; drop table note; --"\nsql: select 1`),
  'an id of 10,000 characters': step(`id: ${'a'.repeat(10_000)}\nsql: select 1`),
  'an id of nothing': step(`id: ''\nsql: select 1`),
  'an id as a number': step('id: 1\nsql: select 1'),
  'an id that turns around': step('id: "\\u202Eabc"\nsql: select 1'),
  'a name with a path': GOOD.replace('name: hostile', 'name: ../../tmp/x'),
  'a name with a newline': GOOD.replace('name: hostile', 'name: "a\\nerror: faked"'),
  'a step that needs itself': steps(['a', 'a']),
  'two steps that need each other': steps(['a', 'b'], ['b', 'a']),
  'a ring of 1,000 steps': steps(
    ...Array.from(
      { length: 1_000 },
      (_, i) => [`s${String(i)}`, `s${String((i + 1) % 1_000)}`] as const,
    ),
  ),
  'a need of nobody': steps(['a', 'nobody']),
  'a need of constructor': steps(['a', 'constructor']),
  'two steps of one id': steps(['a', ''], ['a', '']),
  'two kinds in a step': step('id: a\nsql: select 1\nvacuum: { tables: { include: [x] } }'),
  'no kind in a step': step('id: a'),
  'SQL of nothing': step("id: a\nsql: ''"),
  'SQL that is cut off': step("id: a\nsql: 'select ('"),
  'SQL with a NUL': step('id: a\nsql: "select \\0"'),
  'SQL with half a character': step('id: a\nsql: "select \\ud800"'),
  'SQL of 100,000 operators': step(`id: a\nsql: select ${'- '.repeat(100_000)}1`),
  'SQL that begins a transaction': step('id: a\nsql: begin; drop table note; commit'),
  'SQL with a psql command': step('id: a\nsql: \\! rm -rf /'),
  'SQL that copies from a program': step('id: a\nsql: copy note from stdin'),
};

const ACCEPTED: Readonly<Record<string, readonly [string, string]>> = {
  'SQL of 500 brackets': [
    step(`id: a\nsql: select ${'('.repeat(500)}1${')'.repeat(500)}`),
    'PostgreSQL takes it',
  ],
  CRLF: [GOOD.replaceAll('\n', '\r\n'), 'CRLF is a line end of YAML'],
  'a text that looks like a code tag': [
    GOOD.replace('select 1', `"select '!!js/function'"`),
    'a text is no tag',
  ],
  'a direction mark in SQL': [
    GOOD.replace('select 1', `"select '\\u202E'"`),
    'any text is allowed in an SQL literal',
  ],
  'a hundred steps in a row': [
    steps(
      ...Array.from(
        { length: 100 },
        (_, i) => [`s${String(i)}`, i === 0 ? '' : `s${String(i - 1)}`] as const,
      ),
    ),
    'a long chain is no ring',
  ],
};

export const YAML_CASES: readonly TextCase[] = [
  ...Object.entries({ ...BYTES, ...SHAPES, ...VALUES }).map(([name, text]) => ({ name, text })),
  ...Object.entries(ACCEPTED).map(([name, [text, accepted]]) => ({ name, text, accepted })),
];

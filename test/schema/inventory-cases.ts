/** An inventory with one mistake, and where the mistake is said to be: `code line:column`. */
export interface InventoryCase {
  readonly name: string;
  readonly text: string;
  readonly expected: readonly string[];
}

/** Shows nowhere, whatever else is wrong. */
export const SECRET = 'hUsh-7q';

const HEAD = 'api_version: pg-runbook/inventory/v1\n';

/** An inventory of one database, its lines from line 3 on. */
const one = (...lines: string[]): string => `${HEAD}databases:\n${lines.join('\n')}\n`;

export const GOOD_INVENTORY = one(
  '  - { name: a, dsn: postgresql://db1/a, tags: [eu, small] }',
  "  - { name: b.2_c-d, dsn: 'host=db2 port=6432 dbname=b' }",
  "  - { name: 3c, service: it's \\ one }",
);

const CASES: Readonly<Record<string, readonly [text: string, ...expected: string[]]>> = {
  'no version': ['databases: [{ name: a, service: a }]\n', 'missing-key 1:1'],
  "a runbook's version": [
    'api_version: pg-runbook/v1\ndatabases: [{ name: a, service: a }]\n',
    'api-version 1:14',
  ],
  'no databases': [HEAD, 'missing-key 1:1'],
  'an empty list': [`${HEAD}databases: []\n`, 'bad-count 2:12'],
  'databases as a mapping': [`${HEAD}databases: { a: { service: a } }\n`, 'wrong-type 2:12'],
  'a plain DSN as an item': [one('  - postgresql://db1/a'), 'wrong-type 3:5'],
  'an unknown key at the top': [
    `${HEAD}concurency: 2\ndatabases: [{ name: a, service: a }]\n`,
    'unknown-key 2:1',
  ],
  'an unknown key': [one('  - { name: a, service: a, tag: [x] }'), 'unknown-key 3:28'],
  'a name twice': [
    one('  - { name: a, service: a }', '  - { name: a, service: b }'),
    'duplicate-database 4:13',
  ],
  'a service twice': [
    one('  - { name: a, service: a }', '  - { name: b, service: a }'),
    'duplicate-database 4:25',
  ],
  'a database twice, once as keywords': [
    one(
      '  - { name: a, dsn: postgresql://x@h:1/d }',
      "  - { name: b, dsn: 'host=h port=1 user=y dbname=d' }",
    ),
    'duplicate-database 4:21',
  ],
  'a name with a slash': [one('  - { name: ../a, service: a }'), 'bad-text 3:13'],
  'a name that begins with a dot': [one('  - { name: .a, service: a }'), 'bad-text 3:13'],
  'a name in capitals': [one('  - { name: A, service: a }'), 'bad-text 3:13'],
  'a name too long': [one(`  - { name: ${'a'.repeat(64)}, service: a }`), 'bad-text 3:13'],
  'a number as a name': [one('  - { name: 1, service: a }'), 'wrong-type 3:13'],
  "the summary's name": [one('  - { name: summary, service: a }'), 'reserved-name 3:13'],
  "a shard's summary's name": [
    one('  - { name: summary-1-of-2, service: a }'),
    'reserved-name 3:13',
  ],
  'no name': [one('  - { service: a }'), 'missing-key 3:5'],
  'no connection': [one('  - { name: a }'), 'connection-missing 3:5'],
  'two connections': [
    one('  - { name: a, service: a, dsn: postgresql://h/d }'),
    'connection-several 3:28',
  ],
  'an empty DSN': [one("  - { name: a, dsn: '' }"), 'bad-count 3:21'],
  'an empty service': [one("  - { name: a, service: '' }"), 'bad-count 3:25'],
  'a DSN of words': [one('  - { name: a, dsn: nonsense }'), 'bad-dsn 3:21'],
  'a DSN of another server': [one('  - { name: a, dsn: mysql://h/d }'), 'bad-dsn 3:21'],
  'a DSN that is no text': [one('  - { name: a, dsn: [h] }'), 'wrong-type 3:21'],
  'a tag twice': [one('  - { name: a, service: a, tags: [x, x] }'), 'duplicate-item 3:38'],
  'a tag in capitals': [one('  - { name: a, service: a, tags: [X] }'), 'bad-text 3:35'],
  'tags as a word': [one('  - { name: a, service: a, tags: x }'), 'wrong-type 3:34'],
  'no concurrency at all': [
    `${HEAD}concurrency: 0\ndatabases: [{ name: a, service: a }]\n`,
    'out-of-range 2:14',
  ],
  'too much concurrency': [
    `${HEAD}concurrency: 65\ndatabases: [{ name: a, service: a }]\n`,
    'out-of-range 2:14',
  ],
  'a server and a half': [
    `${HEAD}per_server: 1.5\ndatabases: [{ name: a, service: a }]\n`,
    'wrong-type 2:13',
  ],
  'two documents': [
    `${one('  - { name: a, service: a }')}---\na: b\n`,
    'yaml-several-documents 4:1',
  ],
  'a key twice': [one('  - { name: a, name: b, service: a }'), 'duplicate-key 3:16'],
  nothing: ['# nothing\n', 'yaml-empty 1:1'],
  'an anchor that is not there': [one('  - *a'), 'yaml-alias 3:5'],
  'nested too deeply': [`${HEAD}databases: ${'['.repeat(200)}`, 'yaml-too-deep 2:111'],
  'too many': [`${HEAD}databases: [${'x, '.repeat(5_001)}]\n`, 'yaml-too-long 2:12'],
  'a password beside a mistake': [
    one(`  - { name: a, dsn: 'postgresql://u:${SECRET}@h/d', tgas: [] }`),
    'password-in-dsn 3:21',
    'unknown-key 3:51',
  ],
  'a password in a URI as an item': [
    one(`  - postgresql://u:${SECRET}@${'h'.repeat(60)}/d`),
    'wrong-type 3:5',
  ],
  'a password in a URI with another @': [
    one(`  - { dsn: postgresql://u:p@${SECRET}@h/d }`),
    'missing-key 3:5',
    'bad-dsn 3:12',
  ],
  'a password as a key of its own': [
    one(`  - { name: a, service: a, password: ${SECRET} }`),
    'unknown-key 3:28',
  ],
  'a password as a keyword, quoted': [
    one(`  - { nam: a, dsn: 'host=h password=''a ${SECRET}''' }`),
    'missing-key 3:5',
    'unknown-key 3:7',
    'password-in-dsn 3:20',
  ],
  'a password with a quote in it': [
    one(`  - { name: a, dsn: "postgresql://u:a"${SECRET}@h/d" }`),
    'yaml-syntax 3:39',
  ],
  'a password in a DSN that cannot be read': [
    one(`  - { name: a, dsn: 'postgresql://u:${SECRET}%@h/d' }`),
    'bad-dsn 3:21',
  ],
};

export const INVENTORY_CASES: readonly InventoryCase[] = Object.entries(CASES).map(
  ([name, [text, ...expected]]) => ({ name, text, expected }),
);

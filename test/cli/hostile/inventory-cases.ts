import { YAML_CASES, type TextCase } from './yaml-cases.js';

const HEAD = 'api_version: pg-runbook/inventory/v1\n';
const databases = (...entries: string[]): string =>
  `${HEAD}databases:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
const named = (name: string): string => databases(`{ name: ${name}, service: a }`);
const reached = (dsn: string): string => databases(`{ name: a, dsn: ${dsn} }`);

/** Parts of it would show as well when it is cut. */
export const SECRET = 'hUsh-7q';

const OWN: Readonly<Record<string, string>> = {
  'a name that leaves the folder': named('../../etc/cron.d/x'),
  'a name that is a path': named('/etc/passwd'),
  'a name of dots': named('..'),
  'a name that hides': named('.bashrc'),
  'a name with a NUL': named('"a\\0b"'),
  'a name with an escape': named('"\\e[2J"'),
  'a name read backwards': named('"\\u202Eabc"'),
  'a name with half a character': named('"\\ud800"'),
  'a name of 50,000 letters': named('n'.repeat(50_000)),
  'a name of nothing': named("''"),
  'a name of JavaScript': named('__proto__'),
  'names of JavaScript as keys': databases('{ __proto__: a, constructor: b, service: c }'),
  'the name of the summary': named('summary'),
  'a DSN with a NUL': reached('"postgresql://u@h/\\0"'),
  'a DSN of 50,000 letters': reached(`postgresql://${'h'.repeat(50_000)}:x/d`),
  'a DSN with a stray percent sign': reached('postgresql://u@h/%'),
  'a DSN of a file': reached('file:///etc/passwd'),
  'a DSN of a script': reached("'javascript:alert(1)'"),
  'a DSN as a list': reached('[postgresql://h/d]'),
  'a DSN that nests': reached('{ dsn: { dsn: { dsn: x } } }'),
  'a password before a mistake': databases(
    `{ name: a, dsn: 'postgresql://u:${SECRET}@h/d', bad: 1 }`,
  ),
  'a password in the wrong place': databases(`postgresql://u:${SECRET}@h/d`),
  'a password as a key': databases(`{ 'postgresql://u:${SECRET}@h/d': a, service: a }`),
  'a password that ends the YAML': databases(`{ name: a, dsn: 'postgresql://u:'${SECRET}@h/d' }`),
  'a password over two lines': databases(`{ name: a, dsn: "host=h\n   password=${SECRET}", b: 1 }`),
  'an alias to a database': `${HEAD}databases: [&a { name: a, service: a }, *a]\n`,
  'a list of itself': `${HEAD}databases: &a [*a]\n`,
  '5,001 databases': databases(
    ...Array.from({ length: 5_001 }, (_, i) => `{ name: d${String(i)}, service: s${String(i)} }`),
  ),
  'one name 5,000 times': databases(
    ...Array.from({ length: 5_000 }, (_, i) => `{ name: a, service: s${String(i)} }`),
  ),
  'a concurrency beyond numbers': `${HEAD}concurrency: 1e400\ndatabases: [{ name: a, service: a }]\n`,
  'a concurrency below nothing': `${HEAD}concurrency: -1\ndatabases: [{ name: a, service: a }]\n`,
  'a tag of 50,000 letters': databases(`{ name: a, service: a, tags: [${'t'.repeat(50_000)}] }`),
};

/** Those of runbooks as well: their versions changed, none of them has databases. */
const OF_RUNBOOKS = YAML_CASES.flatMap(({ name, text }) =>
  typeof text === 'string'
    ? [{ name, text: text.replace('pg-runbook/v1', 'pg-runbook/inventory/v1') }]
    : [],
);

export const INVENTORY_CASES: readonly TextCase[] = [
  ...Object.entries(OWN).map(([name, text]) => ({ name, text })),
  ...OF_RUNBOOKS,
];

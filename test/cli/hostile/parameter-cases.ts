/** Options `-p`, for the runbook below; what is accepted says why. */
export interface ParameterCase {
  readonly name: string;
  readonly pairs: readonly string[];
  readonly accepted?: string;
  /** True: the server knows of no such relation, and its plan is refused. */
  readonly missing?: true;
}

export const PARAMETERS = `api_version: pg-runbook/v1
name: hostile
version: 1
parameters:
  text: { type: string, default: x }
  name: { type: string, default: note }
  pattern: { type: string, default: public.note }
  whole: { type: integer, default: 1, minimum: 1, maximum: 9 }
  number: { type: number, default: 1 }
  flag: { type: boolean, default: true }
defaults: { timeout: 5s }
steps:
  - id: a
    sql: |
      select :'text', :'whole'::int, :'number'::float8, :'flag'::boolean;
      select count(*) from :"name"
  - id: b
    vacuum: { tables: { include: ["\${pattern}"] } }
`;

const REFUSED: readonly string[] = [
  '',
  'text',
  '=x',
  '=',
  '__proto__=x',
  'constructor=x',
  'toString=x',
  'hasOwnProperty=1',
  'nobody=x',
  'TEXT=x',
  'te\nxt=x',
  '\u001b[2J=x',
  '\u202Ex=1',
  `${'n'.repeat(50_000)}=x`,
  'whole=',
  'whole=0',
  'whole=10',
  'whole=1.5',
  'whole=1e1',
  'whole=0x1',
  'whole=.nan',
  'whole= 1',
  'whole=1; drop table note',
  `whole=${'9'.repeat(400)}`,
  'whole=٣',
  'number=',
  'number=Infinity',
  'number=-',
  'number=1e999',
  'number=1,5',
  "number=1'",
  'flag=',
  'flag=yes',
  'flag=TRUE',
  'flag=1',
  'pattern=',
  'pattern=.',
  'pattern=a.b.c.d.e',
];

const TEXTS = [
  "'; drop table note; --",
  '"; drop table note; --',
  "\\'; drop table note; --",
  "E'\\x27'",
  '$$; drop table note; $$',
  ":'name'",
  ':"name"',
  '${text}',
  '${__proto__}',
  '$1',
  '%s%I%L',
  'line\nbreak',
  '\r\n',
  '\u001b[2J',
  '\u202Eabc',
  '\uFEFF',
  '🐘',
  'a=b=c',
  '',
  'x'.repeat(100_000),
];

const NAMES = [
  'note"; drop table note; --',
  "note'; drop table note; --",
  'no\nte',
  '\u202Enote',
  'n'.repeat(10_000),
  '*',
];

const PATTERNS = [
  'public."note""; drop table note; --"',
  "public.note'; drop table note; --",
  'public."no\nte"',
  'public.\u202Enote',
  `public.${'n'.repeat(10_000)}`,
  `public.${'*'.repeat(500)}x`,
  `${'?'.repeat(60)}.${'?'.repeat(60)}`,
];

export const PARAMETER_CASES: readonly ParameterCase[] = [
  ...REFUSED.map((pair) => ({ name: pair.slice(0, 40), pairs: [pair] })),
  ...TEXTS.map((text) => ({
    name: `text=${text.slice(0, 40)}`,
    pairs: [`text=${text}`],
    accepted: 'any text is good for a literal, and quoted',
  })),
  ...NAMES.flatMap((name) => [
    {
      name: `name=${name.slice(0, 40)}`,
      pairs: [`name=${name}`],
      accepted: 'any name is good for an identifier, and quoted',
      missing: true as const,
    },
    { name: `pattern=${name.slice(0, 40)}`, pairs: [`pattern=${name}`] },
  ]),
  ...PATTERNS.map((pattern) => ({
    name: `pattern=${pattern.slice(0, 40)}`,
    pairs: [`pattern=${pattern}`],
    accepted: 'any pattern of two parts is good, and matches nothing',
  })),
  { name: 'a name with a NUL', pairs: ['name=a\0b'] },
  { name: 'a text with a NUL', pairs: ['text=a\0b'] },
  { name: 'a pattern with a NUL', pairs: ['pattern=a\0b'] },
  { name: 'a text of 10 MB', pairs: [`text=${'x'.repeat(10_000_000)}`], accepted: 'only long' },
  { name: 'a name of 10 MB', pairs: [`nobody=${'x'.repeat(10_000_000)}`] },
  { name: 'half a character', pairs: ['text=\ud800'] },
  { name: 'twice', pairs: ['text=a', 'text=b'], accepted: 'the last one counts' },
];

import type { PlanV1 } from '../../../src/index.js';

/** A text that is given for a saved plan, made of a good one. */
export interface PlanCase {
  readonly name: string;
  readonly text: (good: PlanV1) => string | Buffer;
  /** True: its digest is made anew after the change, as who forges a plan would. */
  readonly forged: boolean;
}

type Json = Record<string, unknown>;

export const TOP_FIELDS = [
  ...[
    'plan_version',
    'created_at',
    'digest',
    'runbook',
    'server',
    'budget',
    'capacity',
    'forecast',
    'refused_now',
  ],
  ...['window', 'on_overlap', 'guards', 'bystanders', 'ledger', 'steps', 'findings'],
] as const;

/** None of these is right for any of the fields. */
const WRONG: Readonly<Record<string, unknown>> = {
  'a number': 7.5,
  'a text': 'text"; drop table note; --',
  'a list': [null, [1]],
  'a mapping': { __proto__x: 1 },
};

const change = (name: string, forged: boolean, edit: (plan: Json) => void): PlanCase => ({
  name,
  forged,
  text: (good) => {
    const plan = structuredClone(good) as unknown as Json;
    edit(plan);
    return JSON.stringify(plan);
  },
});

const FIELDS: readonly PlanCase[] = TOP_FIELDS.flatMap((field) =>
  // A digest that is made anew is right again.
  (field === 'digest' ? [false] : [false, true]).flatMap((forged) => [
    change(`${field} deleted`, forged, (plan) => Reflect.deleteProperty(plan, field)),
    ...Object.entries(WRONG).map(([what, value]) =>
      change(`${field} is ${what}`, forged, (plan) => (plan[field] = value)),
    ),
  ]),
);

const stepOf = (plan: Json): Json => (plan['steps'] as Json[])[0]!;
const taskOf = (plan: Json): Json => (stepOf(plan)['tasks'] as Json[])[0]!;

/** Right in shape, and a lie. */
const LIES: Readonly<Record<string, (plan: Json) => void>> = {
  'other SQL': (plan) => (taskOf(plan)['sql'] = 'DROP TABLE note'),
  'more SQL': (plan) => (taskOf(plan)['sql'] = `${String(taskOf(plan)['sql'])}; DROP TABLE note`),
  'another timeout': (plan) => (stepOf(plan)['timeout_ms'] = 1),
  'a timeout of -1': (plan) => (stepOf(plan)['timeout_ms'] = -1),
  'another kind': (plan) => (stepOf(plan)['kind'] = 'sql'),
  'a kind of nobody': (plan) => (stepOf(plan)['kind'] = 'constructor'),
  'another id': (plan) => (stepOf(plan)['id'] = '../../x'),
  'no steps': (plan) => (plan['steps'] = []),
  'a step twice': (plan) => (plan['steps'] = [stepOf(plan), stepOf(plan)]),
  'a setting': (plan) => (stepOf(plan)['settings'] = { "x'; drop table note; --": '1' }),
  'a spec of nothing': (plan) => (stepOf(plan)['spec'] = {}),
  'a target of nobody': (plan) => {
    for (const target of taskOf(plan)['targets'] as Json[]) target['oid'] = 1;
  },
  'a target that is 2^53': (plan) => {
    for (const target of taskOf(plan)['targets'] as Json[]) target['oid'] = 2 ** 53;
  },
  'a path to nothing': (plan) => ((plan['runbook'] as Json)['path'] = '/nowhere/at/all.yaml'),
  'a path with a NUL': (plan) => ((plan['runbook'] as Json)['path'] = 'a\0b'),
  'parameters of nobody': (plan) => ((plan['runbook'] as Json)['parameters'] = { nobody: 'x' }),
  'a parameter without a name': (plan) => ((plan['runbook'] as Json)['parameters'] = { '': 'x' }),
  'made in the year 0': (plan) => (plan['created_at'] = '0000-01-01T00:00:00Z'),
  'made at no time': (plan) => (plan['created_at'] = 'yesterday'),
  'a field that is unknown': (plan) => (plan['more'] = 1),
};

const depth = 200_000;
const TEXTS: Readonly<Record<string, (good: string) => string | Buffer>> = {
  nothing: () => '',
  'a NUL': () => '\0',
  null: () => 'null',
  'a number': () => '7',
  'a list': () => '[]',
  'a mapping': () => '{}',
  'a runbook': () => 'api_version: pg-runbook/v1\n',
  'a BOM': (good) => `\uFEFF${good}`,
  'UTF-16': (good) => Buffer.from(good, 'utf16le'),
  'invalid UTF-8': (good) => Buffer.concat([Buffer.from([0xff]), Buffer.from(good)]),
  'two plans': (good) => good + good,
  'deep lists': () => '['.repeat(depth),
  'deep closed lists': () => '['.repeat(depth) + ']'.repeat(depth),
  'deep mappings as steps': () => `{"steps": ${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
  '20 MB of nothing': (good) => `${good.trimEnd().slice(0, -1)}, "x": "${'x'.repeat(20_000_000)}"}`,
  'a million steps of null': () => `{"steps": [${'null,'.repeat(1_000_000)}null]}`,
  __proto__: (good) => `{"__proto__": {"steps": []}, ${good.trimStart().slice(1)}`,
  'a number of 1e999': (good) => good.replace(/"version":\s*1\b/, '"version": 1e999'),
};

/** Bytes that look random, and are the same in each run. */
function noise(seed: number, length: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

const BROKEN: readonly PlanCase[] = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) => [
  { name: `noise ${String(seed)}`, forged: false, text: () => noise(seed, seed * 997) },
  {
    name: `cut after ${String(seed)} ninths`,
    forged: false,
    text: (good) => {
      const text = JSON.stringify(good);
      return text.slice(0, Math.floor((text.length * seed) / 9));
    },
  },
]);

export const PLAN_CASES: readonly PlanCase[] = [
  ...FIELDS,
  ...Object.entries(LIES).flatMap(([name, edit]) => [
    change(name, false, edit),
    change(name, true, edit),
  ]),
  ...Object.entries(TEXTS).map(([name, make]) => ({
    name,
    forged: false,
    text: (good: PlanV1) => make(JSON.stringify(good)),
  })),
  ...BROKEN,
];

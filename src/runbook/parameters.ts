import type { Parameters, ParameterValue } from '../model/runbook.js';
import { contentAt, isContent, listAt, numberAt, textAt, type Content } from './content.js';
import type { Problem } from './diagnostic.js';
import { show } from './show.js';

export interface ParameterOptions {
  /** Values from the command line, `-p name=value`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether a parameter without a value is an error: it is for a plan and a run. */
  readonly requireParameters?: boolean;
}

export interface ResolvedParameters {
  /** All declared names. */
  readonly names: readonly string[];
  /** The values known. */
  readonly values: Parameters;
  /** {@link values}, and for each parameter without one a value of its type, good for checks only. */
  readonly standIns: Parameters;
  readonly problems: readonly Problem[];
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function hasType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === type;
}

/** What a definition's own bounds say against a value of the right type. */
function boundsSay(definition: Content, value: ParameterValue): string | undefined {
  const [minimum, maximum] = [numberAt(definition, 'minimum'), numberAt(definition, 'maximum')];
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `at least ${String(minimum)}`;
    if (maximum !== undefined && value > maximum) return `at most ${String(maximum)}`;
  }
  const allowed = listAt(definition, 'enum');
  if (allowed.length === 0 || allowed.includes(value)) return undefined;
  return `one of ${allowed.map(String).join(', ')}`;
}

function coerce(type: string, text: string): ParameterValue | undefined {
  // PostgreSQL can store neither a NUL nor half a character.
  if (type === 'string') return /[\0\p{Surrogate}]/u.test(text) ? undefined : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  const pattern = type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  const value = pattern.test(text) ? Number(text) : undefined;
  return hasType(type, value) ? value : undefined;
}

function checkDefault(name: string, definition: Content, type: string): Problem | undefined {
  const value = definition['default'];
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  const wanted = hasType(type, value)
    ? boundsSay(definition, value as ParameterValue)
    : KINDS[type];
  if (wanted === undefined) return undefined;
  const message = `the default of parameter ${name} must be ${wanted}, not ${show(value)}`;
  return { code: 'parameter-default', message, path: ['parameters', name, 'default'] };
}

function checkBounds(name: string, definition: Content, type: string): readonly Problem[] {
  const path = ['parameters', name];
  const [minimum, maximum] = [numberAt(definition, 'minimum'), numberAt(definition, 'maximum')];
  const numeric = type === 'integer' || type === 'number';
  const useless = ['minimum', 'maximum'].filter(
    (key) => !numeric && Object.hasOwn(definition, key),
  );
  const problems: Problem[] = useless.map((key) => ({
    code: 'parameter-bounds',
    message: `\`${key}\` means nothing to parameter ${name} of type ${type}`,
    path: [...path, key],
    at: 'key',
  }));
  if (numeric && minimum !== undefined && maximum !== undefined && minimum > maximum) {
    const message = `the minimum of parameter ${name} is above its maximum`;
    problems.push({ code: 'min-over-max', message, path: [...path, 'minimum'] });
  }
  listAt(definition, 'enum').forEach((value, index) => {
    if (hasType(type, value)) return;
    const message = `a value of parameter ${name} must be ${KINDS[type] ?? type}, not ${show(value)}`;
    problems.push({ code: 'parameter-default', message, path: [...path, 'enum', index] });
  });
  return problems;
}

function checkGiven(
  name: string,
  definition: Content,
  type: string,
  text: string,
): Problem | undefined {
  const value = coerce(type, text);
  const kind = type === 'string' ? 'text without NUL and half characters' : KINDS[type];
  const wanted = value === undefined ? kind : boundsSay(definition, value);
  if (wanted === undefined) return undefined;
  const message = `-p ${name} must be ${wanted}, not ${show(text)}`;
  return { code: 'parameter-value', message, path: ['parameters', name], at: 'key' };
}

function standInFor(name: string, definition: Content, type: string): ParameterValue {
  const allowed = listAt(definition, 'enum')[0];
  if (allowed !== undefined && hasType(type, allowed)) return allowed as ParameterValue;
  if (type === 'boolean') return false;
  if (type === 'string') return name;
  return numberAt(definition, 'minimum') ?? numberAt(definition, 'maximum') ?? 1;
}

interface One {
  readonly value: ParameterValue | undefined;
  readonly standIn: ParameterValue;
  readonly problems: readonly Problem[];
}

function missing(name: string): Problem {
  const message = `parameter ${name} has no value and no default`;
  const hint = `Give it one: -p ${name}=…`;
  return { code: 'parameter-missing', message, hint, path: ['parameters', name], at: 'key' };
}

function valueOf(
  definition: Content,
  type: string,
  text: string | undefined,
): ParameterValue | undefined {
  if (text !== undefined) return coerce(type, text);
  const value = definition['default'];
  return hasType(type, value) ? (value as ParameterValue) : undefined;
}

function resolveOne(name: string, definition: Content, options: ParameterOptions): One {
  const type = textAt(definition, 'type') ?? '';
  const standIn = standInFor(name, definition, type);
  if (!Object.hasOwn(KINDS, type)) return { value: undefined, standIn, problems: [] };
  const given = options.parameters ?? {};
  const text = Object.hasOwn(given, name) ? given[name] : undefined;
  const wrongDefault = checkDefault(name, definition, type);
  const wrongValue = text === undefined ? undefined : checkGiven(name, definition, type, text);
  // A wrong value is reported once, not again wherever it is used.
  const usable = text === undefined ? wrongDefault === undefined : wrongValue === undefined;
  const value = usable ? valueOf(definition, type, text) : undefined;
  const problems = [
    ...checkBounds(name, definition, type),
    wrongDefault ?? [],
    wrongValue ?? [],
    options.requireParameters === true && text === undefined && definition['default'] === undefined
      ? missing(name)
      : [],
  ].flat();
  return { value, standIn: value ?? standIn, problems };
}

/** Takes each parameter's value from the command line or its default, and checks both. */
export function resolveParameters(root: unknown, options: ParameterOptions): ResolvedParameters {
  const definitions = Object.entries(contentAt(root, 'parameters'));
  const names = definitions.map(([name]) => name);
  const known = new Set(names);
  const resolved = definitions.map(
    ([name, definition]) =>
      [name, resolveOne(name, isContent(definition) ? definition : {}, options)] as const,
  );
  const unknown = Object.keys(options.parameters ?? {}).filter((name) => !known.has(name));
  return {
    names,
    values: Object.fromEntries(
      resolved.flatMap(([name, one]) => (one.value === undefined ? [] : [[name, one.value]])),
    ),
    standIns: Object.fromEntries(resolved.map(([name, one]) => [name, one.standIn])),
    problems: [
      ...resolved.flatMap(([, one]) => one.problems),
      ...unknown.map((name) => unknownOption(name, names)),
    ],
  };
}

function unknownOption(name: string, names: readonly string[]): Problem {
  const message = `-p ${name}: the runbook has no such parameter`;
  return {
    code: 'unknown-parameter',
    message,
    unknown: { word: name, among: names },
    path: ['parameters'],
    at: 'key',
  };
}

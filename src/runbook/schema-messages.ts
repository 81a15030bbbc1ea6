import type { ErrorObject } from 'ajv';
import { MAX_PROBLEMS, type Path, type Problem } from './diagnostic.js';
import type { FileFormat } from './file-format.js';
import { branchProblems, isBranchError } from './schema-branches.js';
import { parsePointer } from './pointer.js';
import { plain, show } from './show.js';
import { TEXT_FORMATS } from './formats.js';

type Explain = (error: ErrorObject, path: Path, file: FileFormat) => Problem;

function param(error: ErrorObject, name: string): unknown {
  return (error.params as Record<string, unknown>)[name];
}

function subject(path: Path, { noun, items }: FileFormat): string {
  const last = path.at(-1);
  if (last === undefined) return `the ${noun}`;
  const item = typeof last === 'number' && path.length === 2 ? items[String(path[0])] : undefined;
  if (item !== undefined) return item;
  return typeof last === 'number'
    ? `item ${String(last + 1)} of \`${String(path.at(-2))}\``
    : `\`${last}\``;
}

function knownKeys(error: ErrorObject): string[] {
  return Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
}

const MERGE_HINT =
  'YAML 1.2 has no merge keys; use `defaults` of a runbook, or write the keys out.';

function unknownKey(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const key = String(param(error, 'additionalProperty'));
  const missing = knownKeys(error).filter((one) => !Object.hasOwn(error.data as object, one));
  const where = path.length === 0 ? file.one : subject(path, file);
  return {
    code: 'unknown-key',
    message: `unknown key \`${key}\` in ${where}`,
    ...(key === '<<' ? { hint: MERGE_HINT } : { unknown: { word: key, among: missing } }),
    path: [...path, key],
    at: 'key',
  };
}

function missingKey(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const key = String(param(error, 'missingProperty'));
  const message = `${subject(path, file)} needs the key \`${key}\``;
  return { code: 'missing-key', message, path, at: 'key' };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

function hintForType(wanted: readonly string[], value: unknown): string | undefined {
  if (value === null) return 'Give it a value, or remove the key.';
  if (wanted[0] === 'boolean' && typeof value === 'string') {
    const yes = /^(?:yes|on|y|true)$/i.test(value);
    if (yes || /^(?:no|off|n|false)$/i.test(value)) return `Write ${String(yes)}.`;
  }
  if (wanted[0] === 'array' && typeof value === 'string')
    return `Write [${JSON.stringify(value)}].`;
  if (/^(?:integer|number)$/.test(wanted[0] ?? '') && /^\d+$/.test(plain(value))) {
    return 'Write the number without quotes.';
  }
  if (wanted[0] === 'string' && typeof value !== 'object') return `Write "${plain(value)}".`;
  return undefined;
}

function wrongType(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const format = TEXT_FORMATS[String(error.parentSchema?.['format'])];
  if (format !== undefined) return wrongFormat(error, path, file);
  const wanted = [param(error, 'type')].flat().map(String);
  const names = wanted.map((one) => TYPE_NAMES[one] ?? one).join(', ');
  const hint = hintForType(wanted, error.data);
  return {
    code: 'wrong-type',
    message: `${subject(path, file)} must be ${names}, not ${show(error.data)}`,
    ...(hint === undefined ? {} : { hint }),
    path,
  };
}

function wrongFormat(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const format = TEXT_FORMATS[String(error.parentSchema?.['format'])];
  const hint =
    typeof error.data === 'object' ? hintForType(['string'], error.data) : format?.hint(error.data);
  return {
    code: format?.code ?? 'bad-value',
    message: `${subject(path, file)} must be ${format?.wanted ?? 'another text'}, not ${show(error.data)}`,
    ...(hint === undefined ? {} : { hint }),
    path,
  };
}

function notAllowed(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const values = (param(error, 'allowedValues') as unknown[]).map(String);
  return {
    code: 'bad-value',
    message: `${subject(path, file)} must be one of ${values.join(', ')}, not ${show(error.data)}`,
    unknown: { word: String(error.data), among: values },
    path,
  };
}

function notConstant(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const wanted = String(param(error, 'allowedValue'));
  return {
    code: path[0] === 'api_version' ? 'api-version' : 'bad-value',
    message: `${subject(path, file)} is ${show(error.data)}; this version reads ${wanted}`,
    hint: `Write ${wanted}.`,
    path,
  };
}

const PATTERNS: Readonly<Record<string, string>> = {
  '^[a-z][a-z0-9-]{0,62}$':
    'Lower-case letters, digits and dashes, a letter first, 63 at most, like nightly-vacuum.',
  '^([01][0-9]|2[0-3]):[0-5][0-9]$': 'A time of day, 00:00 to 23:59, like "05:30".',
  '^(0|[0-9]+ ?(kB|MB|GB))$': 'A size like 256kB, 16MB or 1GB, or "0".',
  '^[a-z0-9][a-z0-9._-]{0,62}$':
    'Lower-case letters, digits, dots, dashes and underscores, 63 at most: it names a file.',
  '^[a-z][a-z0-9_]{0,62}$': 'Lower-case letters, digits and underscores, a letter first.',
};

function badPattern(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const hint = PATTERNS[String(param(error, 'pattern'))];
  return {
    code: 'bad-text',
    message: `${subject(path, file)} cannot be ${show(error.data)}`,
    ...(hint === undefined ? {} : { hint }),
    path,
  };
}

function badKey(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const key = String(param(error, 'propertyName'));
  const message = `\`${key}\` cannot be a name in ${subject(path, file)}`;
  const { pattern } = error.schema as { pattern: string };
  return {
    code: 'bad-key',
    message,
    hint: PATTERNS[pattern] ?? 'Letters, digits and underscores, a letter first.',
    path: [...path, key],
    at: 'key',
  };
}

function outOfRange(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const [words, limit] = [String(param(error, 'comparison')), String(param(error, 'limit'))];
  const wanted = words === '>=' ? `at least ${limit}` : `at most ${limit}`;
  const message = `${subject(path, file)} must be ${wanted}, not ${show(error.data)}`;
  return { code: 'out-of-range', message, path };
}

function badCount(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const limit = String(param(error, 'limit'));
  const message = error.keyword.startsWith('min')
    ? `${subject(path, file)} must not be empty`
    : `${subject(path, file)} can hold ${limit} at most`;
  return { code: 'bad-count', message, path };
}

function duplicateItem(error: ErrorObject, path: Path, file: FileFormat): Problem {
  const item = Math.max(Number(param(error, 'i')), Number(param(error, 'j')));
  const value = (error.data as unknown[])[item];
  const message = `${show(value)} stands in ${subject(path, file)} twice`;
  return { code: 'duplicate-item', message, path: [...path, item] };
}

function misplacedKey(error: ErrorObject, path: Path): Problem {
  const key = String(param(error, 'property'));
  const other = String(param(error, 'missingProperty'));
  const message =
    other === 'sql'
      ? `\`${key}\` belongs to sql steps only`
      : `\`${key}\` means nothing without \`${other}\``;
  const hint = other === 'sql' ? 'Remove it.' : `Add \`${other}\`, or remove it.`;
  return { code: 'misplaced-key', message, hint, path: [...path, key], at: 'key' };
}

const EXPLAIN: Readonly<Record<string, Explain>> = {
  additionalProperties: unknownKey,
  required: missingKey,
  type: wrongType,
  format: wrongFormat,
  enum: notAllowed,
  const: notConstant,
  pattern: badPattern,
  propertyNames: badKey,
  minimum: outOfRange,
  maximum: outOfRange,
  minItems: badCount,
  maxItems: badCount,
  minLength: badCount,
  minProperties: badCount,
  maxProperties: badCount,
  uniqueItems: duplicateItem,
  dependencies: misplacedKey,
};

function explain(error: ErrorObject, file: FileFormat): Problem {
  const path = parsePointer(error.instancePath);
  const known = EXPLAIN[error.keyword];
  if (known !== undefined) return known(error, path, file);
  return {
    code: 'bad-value',
    message: `${subject(path, file)} ${error.message ?? 'is wrong'}`,
    path,
  };
}

/** Says in the format's own words what the schema refuses; one problem for one mistake. */
export function explainSchemaErrors(
  errors: readonly ErrorObject[],
  file: FileFormat,
): readonly Problem[] {
  const branches = branchProblems(errors);
  const claimed = new Set(branches.map((one) => JSON.stringify(one.path)));
  const plain = errors.filter((error) => !isBranchError(error) && !isInsidePropertyName(error));
  return [
    ...branches,
    ...plain
      .slice(0, 2 * MAX_PROBLEMS)
      .map((error) => explain(error, file))
      .filter((one) => !isClaimed(one, claimed)),
  ];
}

/** An unknown kind is an unknown key as well; the better message is enough. */
function isClaimed(problem: Problem, claimed: ReadonlySet<string>): boolean {
  return problem.code === 'unknown-key' && claimed.has(JSON.stringify(problem.path));
}

/** `propertyNames` reports a bad name itself and once more for the pattern within. */
function isInsidePropertyName(error: ErrorObject): boolean {
  return error.propertyName !== undefined && error.keyword !== 'propertyNames';
}

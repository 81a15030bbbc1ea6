import type { ErrorObject } from 'ajv';
import { isContent, type Content } from './content.js';
import { MAX_PROBLEMS, type Path, type Problem } from './diagnostic.js';
import type { DiagnosticCode } from './diagnostic-texts.js';
import { nearest } from '../model/nearest.js';
import { parsePointer } from './pointer.js';

/** The words for a mapping that must hold exactly one of several keys. */
interface Choice {
  readonly noun: string;
  readonly missing: DiagnosticCode;
  readonly several: DiagnosticCode;
}

const STEP: Choice = { noun: 'kind', missing: 'step-kind-missing', several: 'step-kind-several' };
const GUARD: Choice = {
  noun: 'condition',
  missing: 'guard-condition-missing',
  several: 'guard-condition-several',
};
const REINDEX: Choice = {
  noun: 'target',
  missing: 'reindex-target-missing',
  several: 'reindex-target-several',
};
const CONNECTION: Choice = {
  noun: 'connection',
  missing: 'connection-missing',
  several: 'connection-several',
};
/** By a key that only this choice has. */
const CHOICES: readonly (readonly [key: string, choice: Choice])[] = [
  ['vacuum', STEP],
  ['replica_lag', GUARD],
  ['schemas', REINDEX],
  ['dsn', CONNECTION],
];

/** True for an error of a `oneOf` or of one of its branches: none of them says what is wrong. */
export function isBranchError(error: ErrorObject): boolean {
  return error.schemaPath.includes('/oneOf');
}

function branchKeys(error: ErrorObject): string[] {
  const branches = (error.schema ?? []) as readonly { required?: readonly string[] }[];
  return branches.flatMap((branch) => branch.required ?? []);
}

function unknownKeys(error: ErrorObject, data: Content): string[] {
  const known = (error.parentSchema?.['properties'] ?? {}) as object;
  return Object.keys(data).filter((key) => !Object.hasOwn(known, key));
}

/** No mapping that was meant well has more keys that nobody knows. */
const MOST_LOOKED_AT = 20;

/** A key that was probably meant as a kind: near to one, or near to no other key of a step. */
function meantAsKind(
  error: ErrorObject,
  data: Content,
  kinds: readonly string[],
): string | undefined {
  const others = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
  const unknown = unknownKeys(error, data).slice(0, MOST_LOOKED_AT);
  return (
    unknown.find((key) => nearest(key, kinds) !== undefined) ??
    unknown.find((key) => nearest(key, others) === undefined)
  );
}

function listed(words: readonly string[], last: string): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1) ?? ''}`;
}

function none(error: ErrorObject, path: Path, data: Content, choice: Choice): Problem {
  const keys = branchKeys(error);
  const word = meantAsKind(error, data, keys);
  if (word !== undefined && choice === STEP) {
    const message = `unknown kind of step \`${word}\``;
    return {
      code: 'unknown-kind',
      message,
      unknown: { word, among: keys },
      path: [...path, word],
      at: 'key',
    };
  }
  const message = `a ${choice.noun} is missing here`;
  return {
    code: choice.missing,
    message,
    hint: `Add one of ${listed(keys, 'or')}.`,
    path,
    at: 'key',
  };
}

function several(error: ErrorObject, path: Path, data: Content, choice: Choice): Problem {
  const present = Object.keys(data).filter((key) => branchKeys(error).includes(key));
  return {
    code: choice.several,
    message: `${listed(present, 'and')} stand side by side: exactly one ${choice.noun} is allowed`,
    hint: choice === STEP ? 'Make them steps of their own.' : 'Keep one of them.',
    path: [...path, present[1] ?? ''],
    at: 'key',
  };
}

function branchProblem(error: ErrorObject): Problem | undefined {
  const path = parsePointer(error.instancePath);
  const keys = branchKeys(error);
  const choice = CHOICES.find(([key]) => keys.includes(key))?.[1];
  if (choice === undefined) {
    const message = `\`${String(path.at(-1))}\` must be a column's name, or a list of such names`;
    return { code: 'wrong-type', message, path };
  }
  if (!isContent(error.data)) return undefined;
  const explain =
    (error.params as { passingSchemas: unknown }).passingSchemas === null ? none : several;
  return explain(error, path, error.data, choice);
}

/** The problems of mappings that must hold exactly one key of several, like a step its kind. */
export function branchProblems(errors: readonly ErrorObject[]): readonly Problem[] {
  return errors
    .filter((error) => error.keyword === 'oneOf')
    .slice(0, 2 * MAX_PROBLEMS)
    .flatMap((error) => branchProblem(error) ?? []);
}

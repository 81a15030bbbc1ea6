import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

type Name = 'plan' | 'report';

const validators = new Map<Name, ValidateFunction>();

/** Compiling a schema is the costly part; one process needs it once. */
function validatorOf(name: Name): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const schema = new URL(`../../schemas/${name}.v1.schema.json`, import.meta.url);
  const ajv = new Ajv({ allowUnionTypes: true, formats: { 'date-time': true } });
  const made = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  validators.set(name, made);
  return made;
}

/** What first keeps a value from being a plan or a report by its schema; undefined when nothing does. */
export function documentProblem(name: Name, value: unknown): string | undefined {
  const validate = validatorOf(name);
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim();
}

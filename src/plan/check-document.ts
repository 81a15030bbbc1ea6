import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { packageFile } from '../package-file.js';

type Name = 'plan' | 'report';

const validators = new Map<Name, ValidateFunction>();

/** Compiling a schema is the costly part; one process needs it once, and most need it never. */
async function validatorOf(name: Name): Promise<ValidateFunction> {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const schema = packageFile(`schemas/${name}.v1.schema.json`);
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({ allowUnionTypes: true, formats: { 'date-time': true } });
  const made = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  validators.set(name, made);
  return made;
}

/** What first keeps a value from being a plan or a report by its schema; undefined when nothing does. */
export async function documentProblem(name: Name, value: unknown): Promise<string | undefined> {
  const validate = await validatorOf(name);
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim();
}

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { TEXT_FORMATS } from './formats.js';
import type { FileFormat } from './file-format.js';
import { readSchema } from './read.js';

const validators = new Map<FileFormat, ValidateFunction>();

/** Compiling the schema is the costly part; one process needs it once. */
function validatorOf(format: FileFormat): ValidateFunction {
  const known = validators.get(format);
  if (known !== undefined) return known;
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    discriminator: true,
    verbose: true,
  });
  for (const [name, { accepts }] of Object.entries(TEXT_FORMATS)) ajv.addFormat(name, accepts);
  const made = ajv.compile(readSchema(format));
  validators.set(format, made);
  return made;
}

/** Checks a content against the schema of the format. */
export function validateAgainstSchema(
  content: unknown,
  format: FileFormat,
): readonly ErrorObject[] {
  const validator = validatorOf(format);
  return validator(content) ? [] : (validator.errors ?? []);
}

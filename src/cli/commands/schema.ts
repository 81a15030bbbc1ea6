import { readFileSync } from 'node:fs';
import { EXIT, type ExitCode } from '../../errors.js';
import { packageFile } from '../../package-file.js';
import type { CommandContext } from '../command-line.js';

type SchemaName = 'runbook' | 'plan' | 'report' | 'inventory' | 'inventory-report';

/** Prints one of the JSON Schemas that come with the package. */
export function schema(context: CommandContext, name: SchemaName): ExitCode {
  const file = packageFile(`schemas/${name}.v1.schema.json`);
  context.output.write(readFileSync(file, 'utf8'));
  return EXIT.ok;
}

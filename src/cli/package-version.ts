import { readFileSync } from 'node:fs';
import { packageFile } from '../package-file.js';

/** The version in package.json. */
export function packageVersion(): string {
  const file = packageFile('package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

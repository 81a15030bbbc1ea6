import { parseArgs } from 'node:util';
import { startServer } from './ensure.js';
import { exportsOf } from './exports.js';
import { say } from './log.js';

try {
  const { values } = parseArgs({
    options: { instance: { type: 'string' }, export: { type: 'boolean', default: false } },
  });
  const uri = await startServer(values);
  process.stdout.write(values.export ? exportsOf(uri) : `${uri}\n`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

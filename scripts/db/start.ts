import { parseArgs } from 'node:util';
import { startServer } from './ensure.js';
import { say } from './log.js';

try {
  const { values } = parseArgs({ options: { instance: { type: 'string' } } });
  process.stdout.write(`${await startServer(values)}\n`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

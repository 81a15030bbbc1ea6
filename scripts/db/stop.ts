import { parseArgs } from 'node:util';
import { stopServer } from './ensure.js';
import { say } from './log.js';

try {
  const { values } = parseArgs({ options: { instance: { type: 'string' } } });
  say((await stopServer('fast', values)) ? 'stopped' : 'no server of ours was running');
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

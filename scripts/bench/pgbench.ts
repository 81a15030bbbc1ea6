import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Tools } from '../db/tools.js';
import { libpqEnvironment } from '../demo/program.js';

/** A transaction of a client, by pgbench's own log. */
export interface Transaction {
  /** When it ended, in ms since 1970. */
  readonly endedAt: number;
  /** From the moment that it was due, so that a stall counts for all who wait. */
  readonly ms: number;
}

export interface Load {
  readonly clients: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Makes pgbench's tables. */
export async function fillPgbench(uri: string, scale: number): Promise<void> {
  const args = ['--initialize', '--quiet', `--scale=${String(scale)}`];
  const { code, stderr } = await new Tools().run('pgbench', args, libpqEnvironment(uri));
  if (code !== 0) throw new Error(`pgbench: ${stderr}`);
}

/**
 * Runs pgbench's standard transactions at a fixed rate.
 * @see https://www.postgresql.org/docs/current/pgbench.html (Per-Transaction Logging)
 */
export async function runPgbench(uri: string, load: Load): Promise<Transaction[]> {
  const tools = new Tools();
  const folder = tools.makeFolder();
  try {
    const { code, stderr } = await tools.run(
      'pgbench',
      [
        '--no-vacuum',
        '--protocol=prepared',
        `--client=${String(load.clients)}`,
        `--rate=${String(load.perSecond)}`,
        `--time=${String(load.seconds)}`,
        '--log',
        `--log-prefix=${folder.inside}/log`,
      ],
      libpqEnvironment(uri),
    );
    if (code !== 0) throw new Error(`pgbench: ${stderr}`);
    return readdirSync(folder.host).flatMap((name) =>
      readFileSync(join(folder.host, name), 'utf8').trimEnd().split('\n').map(parse),
    );
  } finally {
    rmSync(folder.host, { recursive: true });
  }
}

/** `client transaction time script seconds microseconds lag`, times in microseconds. */
function parse(line: string): Transaction {
  const [, , us, , seconds, micros] = line.split(' ').map(Number);
  if (us === undefined || seconds === undefined || micros === undefined || Number.isNaN(us)) {
    throw new Error(`pgbench's log has a line that is none: ${line}`);
  }
  return { endedAt: seconds * 1000 + micros / 1000, ms: us / 1000 };
}

import { execFileSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../scripts/db/cache.js';
import { dataFolder, inside, serverCommand } from '../../scripts/db/server.js';
import { readState } from '../../scripts/db/state.js';

/** Transactions in a file of pg_xact, and multixacts in one of pg_multixact/offsets. */
const PER_FILE = { xid: 32 * 32_768, mxid: 32 * 2048 };
const FOLDER = { xid: 'pg_xact', mxid: join('pg_multixact', 'offsets') };
const FILE_BYTES = 32 * 8192;

/**
 * Sets the next transaction or multixact ID of a stopped server of a test's own as if it had given out all before: at
 * least `next`, rounded up to the start of a file, which the server would have made by then.
 */
export function windForward(instance: string, counter: 'xid' | 'mxid', next: number): void {
  const state = readState(openCache(instance).state);
  if (state?.server.kind !== 'cluster') throw new Error('the server is not made of our programs');
  const { cluster } = state.server;
  const file = Math.ceil(next / PER_FILE[counter]);
  const name = file.toString(16).toUpperCase().padStart(4, '0');
  const path = join(dataFolder(cluster), FOLDER[counter], name);
  writeFileSync(path, Buffer.alloc(FILE_BYTES), { mode: 0o600 });
  const { account } = cluster.installation;
  if (account !== null) chownSync(path, account.uid, account.gid);
  const id = String(file * PER_FILE[counter]);
  const [program = '', ...args] = serverCommand(cluster.installation, 'pg_resetwal', [
    ...(counter === 'xid' ? ['-x', id] : ['-m', `${id},1`]),
    ...['-D', inside(cluster.installation, dataFolder(cluster))],
  ]);
  execFileSync(program, args, { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
}

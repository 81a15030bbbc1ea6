import { chownSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../scripts/db/cache.js';
import { runOrThrow } from '../../scripts/db/command.js';
import { freePort } from '../../scripts/db/port.js';
import { inside, serverCommand } from '../../scripts/db/server.js';
import { readState } from '../../scripts/db/state.js';

export interface Standby {
  readonly uri: string;
  stop(): Promise<void>;
}

/** A streaming replica of an instance's server, in a folder beside its data. */
export async function startStandby(instance: string, primary: string): Promise<Standby> {
  const state = readState(openCache(instance).state);
  if (state?.server.kind !== 'cluster') throw new Error('only a cluster of ours has a standby');
  const { installation, folder } = state.server.cluster;
  const home = join(folder, 'standby');
  const data = inside(installation, join(home, 'data'));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (installation.account !== null) {
    chownSync(home, installation.account.uid, installation.account.gid);
  }
  const program = async (name: string, ...args: string[]): Promise<void> => {
    const [first, ...rest] = serverCommand(installation, name, args);
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
    await runOrThrow(first ?? name, rest, { env, cwd: '/' });
  };
  await program('pg_basebackup', '-D', data, '-R', '-X', 'stream', '-c', 'fast', '-d', primary);
  const port = await freePort();
  const log = inside(installation, join(home, 'log'));
  await program('pg_ctl', '-D', data, '-l', log, '-o', `-p ${String(port)}`, '-w', 'start');
  const uri = new URL(primary);
  uri.port = String(port);
  return {
    uri: uri.href,
    stop: async () => {
      await program('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

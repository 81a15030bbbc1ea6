import { chownSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from './cache.js';
import { run, type CommandResult } from './command.js';
import { inside, serverCommand } from './server.js';
import { readState, type ClusterHandle } from './state.js';

/** A folder that programs of the server may write to, by its names outside and inside their root. */
export interface ToolFolder {
  readonly host: string;
  readonly inside: string;
}

/** PostgreSQL's own client programs, of the server that `startServer` answers for the instance. */
export class Tools {
  readonly #cluster: ClusterHandle;

  /** @throws where the server is not made of programs of ours, so that its tools are nobody knows where. */
  constructor(instance?: string) {
    const server = readState(openCache(instance).state)?.server;
    if (server?.kind !== 'cluster') {
      throw new Error('pgbench and its like come with a server of our own: npm run db:start');
    }
    this.#cluster = server.cluster;
  }

  run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
    const [first = program, ...rest] = serverCommand(this.#cluster.installation, program, args);
    return run(first, rest, { env, cwd: '/' });
  }

  /** Whoever asks for it removes it. */
  makeFolder(): ToolFolder {
    const { installation, folder } = this.#cluster;
    const host = mkdtempSync(join(folder, 'tools-'));
    if (installation.account !== null) {
      chownSync(host, installation.account.uid, installation.account.gid);
    }
    return { host, inside: inside(installation, host) };
  }
}

import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../../scripts/db/command.js';
import { openCache } from '../../../../scripts/db/cache.js';
import { readState } from '../../../../scripts/db/state.js';
import { Tools, type ToolFolder } from '../../../../scripts/db/tools.js';

/** psql of the newest libpq that is found, and a folder that it can read. */
export interface Psql {
  readonly major: number;
  readonly folder: ToolFolder;
  /** The group of the account that it runs as. */
  readonly gid: number;
  /** Runs one query without asking for a password; answers the output, or undefined for a failure. */
  query(
    dsn: string,
    sql: string,
    env: Readonly<Record<string, string>>,
  ): Promise<string | undefined>;
  /** Gives what was put into the folder to the account that psql runs as. */
  handOver(): void;
  close(): void;
}

const PATH = process.env['PATH'] ?? '/usr/bin:/bin';

/** That of the server's own programs, or else the machine's. */
export async function findPsql(): Promise<Psql> {
  const server = readState(openCache().state)?.server;
  const account = server?.kind === 'cluster' ? server.cluster.installation.account : null;
  const tools = server?.kind === 'cluster' ? new Tools() : undefined;
  const here = tools === undefined ? mkdtempSync(join(tmpdir(), 'pg-runbook-psql-')) : '';
  const folder = tools?.makeFolder() ?? { host: here, inside: here };
  const psql = async (args: readonly string[], env: Readonly<Record<string, string>>) =>
    tools === undefined
      ? run('psql', args, { env: { PATH, ...env } })
      : tools.run('psql', args, { PATH, ...env });
  const version = /\d+/.exec((await psql(['--version'], {})).stdout)?.[0];
  return {
    major: Number(version),
    gid: account?.gid ?? process.getgid?.() ?? 0,
    folder,
    query: async (dsn, sql, env) => {
      const { code, stdout } = await psql(['-XAtw', '-c', sql, dsn], env);
      return code === 0 ? stdout.trim() : undefined;
    },
    handOver: () => {
      if (account !== null) giveTo(folder.host, account);
    },
    close: () => {
      rmSync(folder.host, { recursive: true });
    },
  };
}

function giveTo(
  folder: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, path), uid, gid);
  }
}

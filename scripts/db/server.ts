import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { run, runOrThrow, type CommandResult } from './command.js';
import { say } from './log.js';
import { portIsFree } from './port.js';
import { SETTINGS, settingsFile } from './settings.js';
import type { ClusterHandle, Installation } from './state.js';

export type StopMode = 'fast' | 'immediate' | 'smart';

/** The argv that runs a server program in its root and as its account. */
export function serverCommand(
  installation: Installation,
  program: string,
  args: readonly string[],
): readonly string[] {
  const { account, bin, root } = installation;
  const command = [join(bin, program), ...args];
  if (root === '/' && account === null) return command;
  if (account === null) throw new Error(`a root folder needs an account to run as: ${root}`);
  const [uid, gid] = [String(account.uid), String(account.gid)];
  if (root !== '/') return ['chroot', `--userspec=${uid}:${gid}`, '--groups=', root, ...command];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command];
}

/** The caller's PG* variables (PGDATA, PGPORT …) must not reach the server's programs. */
const SERVER_ENV = { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

function serverProgram(
  installation: Installation,
  program: string,
  args: readonly string[],
): Promise<CommandResult> {
  const [first, ...rest] = serverCommand(installation, program, args);
  return run(first ?? program, rest, { env: SERVER_ENV, cwd: '/' });
}

/** A host path as the confined program sees it. */
export function inside(installation: Installation, hostPath: string): string {
  return `/${relative(installation.root, hostPath)}`;
}

export const dataFolder = (cluster: ClusterHandle): string => join(cluster.folder, 'data');
const logFile = (cluster: ClusterHandle): string => join(cluster.folder, 'server.log');

/** Finds the instance's cluster, or makes it: initdb works in a draft folder that is renamed when whole. */
export async function ensureCluster(
  installation: Installation,
  instance: string,
): Promise<ClusterHandle> {
  const cluster = {
    installation,
    folder: join(installation.home, `${instance}-${await majorVersion(installation)}`),
  };
  if (!existsSync(cluster.folder)) await makeCluster(cluster);
  return cluster;
}

async function majorVersion(installation: Installation): Promise<string> {
  const { stdout } = await serverProgram(installation, 'postgres', ['--version']);
  const major = /\d+/.exec(stdout)?.[0];
  if (major === undefined) throw new Error(`no version in the answer of ${installation.bin}`);
  return major;
}

async function makeCluster(cluster: ClusterHandle): Promise<void> {
  const { installation, folder } = cluster;
  say(`making a cluster in ${folder}`);
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const password = join(draft, 'password');
  writeFileSync(password, `${randomBytes(18).toString('hex')}\n`, { mode: 0o600 });
  if (installation.account !== null) {
    for (const path of [draft, password]) {
      chownSync(path, installation.account.uid, installation.account.gid);
    }
  }
  await initdb(installation, draft);
  appendFileSync(join(draft, 'data', 'postgresql.conf'), "\ninclude 'pg-runbook.conf'\n");
  renameSync(draft, folder);
}

async function initdb(installation: Installation, draft: string): Promise<void> {
  const result = await serverProgram(installation, 'initdb', [
    ...['-D', inside(installation, join(draft, 'data')), '-U', 'postgres', '-E', 'UTF8'],
    ...['--locale=C.UTF-8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...['-A', 'scram-sha-256', `--pwfile=${inside(installation, join(draft, 'password'))}`],
    '--no-sync',
  ]);
  if (result.code !== 0) throw new Error(`initdb failed:\n${result.stdout}${result.stderr}`);
}

export function clusterPassword(cluster: ClusterHandle): string {
  return readFileSync(join(cluster.folder, 'password'), 'utf8').trim();
}

/** Starts the cluster; answers false when another process has taken the port meanwhile. */
export async function startCluster(cluster: ClusterHandle, port: number): Promise<boolean> {
  forgetDeadPostmaster(cluster);
  writeFileSync(join(dataFolder(cluster), 'pg-runbook.conf'), settingsFile(SETTINGS));
  const data = inside(cluster.installation, dataFolder(cluster));
  const log = inside(cluster.installation, logFile(cluster));
  const args = ['-D', data, '-l', log, '-o', `-p ${port}`, '-w', '-t', '60', 'start'];
  const result = await serverProgram(cluster.installation, 'pg_ctl', args);
  if (result.code === 0) return true;
  if (!(await portIsFree(port))) return false;
  throw new Error(`the server did not start:\n${result.stderr}${logTail(cluster)}`);
}

function logTail(cluster: ClusterHandle): string {
  if (!existsSync(logFile(cluster))) return '';
  return `${logFile(cluster)}:\n${readFileSync(logFile(cluster), 'utf8').slice(-2000)}`;
}

export async function stopCluster(cluster: ClusterHandle, mode: StopMode): Promise<void> {
  // pg_ctl signals whatever process has the PID of postmaster.pid: never ask it about a dead server.
  if (!postmasterRuns(cluster)) return;
  const data = inside(cluster.installation, dataFolder(cluster));
  const [first, ...rest] = serverCommand(cluster.installation, 'pg_ctl', [
    ...['-D', data, '-m', mode, '-w', '-t', '60', 'stop'],
  ]);
  await runOrThrow(first ?? 'pg_ctl', rest, { env: SERVER_ENV, cwd: '/' });
}

/** Whether this cluster's own postmaster lives; a PID that another process has now does not count. */
export function postmasterRuns(cluster: ClusterHandle): boolean {
  const pid = postmasterPid(cluster);
  if (pid === undefined) return false;
  try {
    if (!existsSync('/proc/self')) return process.kill(pid, 0);
    // A postmaster's working folder is its data folder.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataFolder(cluster));
  } catch {
    return false;
  }
}

function postmasterPid(cluster: ClusterHandle): number | undefined {
  const path = join(dataFolder(cluster), 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
  return pid > 0 ? pid : undefined;
}

/** After a machine restart the old PID may be any process of the same account; the server would refuse to start. */
function forgetDeadPostmaster(cluster: ClusterHandle): void {
  if (!postmasterRuns(cluster))
    rmSync(join(dataFolder(cluster), 'postmaster.pid'), { force: true });
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Server programs that we run ourselves, and as whom. */
export interface Installation {
  /** The folder of initdb and pg_ctl, as seen inside `root`. */
  readonly bin: string;
  /** '/' or the folder that the programs are confined to. */
  readonly root: string;
  /** The account to drop to: PostgreSQL refuses to run as root. */
  readonly account: { readonly uid: number; readonly gid: number } | null;
  /** Host path of the folder that holds our clusters. */
  readonly home: string;
}

/** A cluster that we start with pg_ctl; `folder` is its host path. */
export interface ClusterHandle {
  readonly installation: Installation;
  readonly folder: string;
}

export type ServerHandle =
  | { readonly kind: 'cluster'; readonly cluster: ClusterHandle }
  | { readonly kind: 'compose'; readonly project: string };

/** What we remember of the server that we started, and by what we recognise it again. */
export interface State {
  readonly format: 1;
  readonly port: number;
  readonly password: string;
  readonly systemIdentifier: string;
  readonly dataDirectory: string;
  /** Started on demand (true), or by a test run that also stops it (false). */
  readonly keep: boolean;
  readonly server: ServerHandle;
}

export function serverUri(state: Pick<State, 'port' | 'password'>, database = 'postgres'): string {
  return `postgresql://postgres:${state.password}@127.0.0.1:${state.port}/${database}`;
}

/** A state file from an older version, or a torn one, is no state. */
export function parseState(text: string): State | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isState(value) ? value : undefined;
}

function isState(value: unknown): value is State {
  if (!isRecord(value) || value['format'] !== 1 || !isPort(value['port'])) return false;
  const texts = ['password', 'systemIdentifier', 'dataDirectory'];
  if (!texts.every((key) => typeof value[key] === 'string')) return false;
  return typeof value['keep'] === 'boolean' && isServerHandle(value['server']);
}

function isServerHandle(value: unknown): value is ServerHandle {
  if (!isRecord(value)) return false;
  if (value['kind'] === 'compose') return typeof value['project'] === 'string';
  return value['kind'] === 'cluster' && isClusterHandle(value['cluster']);
}

function isClusterHandle(value: unknown): boolean {
  if (!isRecord(value) || typeof value['folder'] !== 'string') return false;
  const installation = value['installation'];
  if (!isRecord(installation)) return false;
  return ['bin', 'root', 'home'].every((key) => typeof installation[key] === 'string');
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function readState(path: string): State | undefined {
  try {
    return parseState(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Written beside and renamed: a reader never sees half a state. It holds the password: 0600. */
export function writeState(path: string, state: State): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export function forgetState(path: string): void {
  rmSync(path, { force: true });
}

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The XDG rule: a relative XDG_CACHE_HOME is ignored, as the specification asks. */
export function cacheFolder(env: NodeJS.ProcessEnv, home: string): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base?.startsWith('/') === true ? base : join(home, '.cache'), 'pg-runbook');
}

/**
 * Where one instance of the server keeps its things. Instances share the root folder and the lock,
 * and nothing else: a crash test restarts its own instance and disturbs nobody.
 */
export interface CachePaths {
  readonly folder: string;
  readonly instance: string;
  readonly lock: string;
  readonly state: string;
  readonly users: string;
}

export function cachePaths(folder: string, instance: string): CachePaths {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(instance)) {
    throw new Error(`not an instance name: ${JSON.stringify(instance)}`);
  }
  return {
    folder,
    instance,
    lock: join(folder, 'lock'),
    state: join(folder, `state-${instance}.json`),
    users: join(folder, `users-${instance}`),
  };
}

export function openCache(instance = 'main'): CachePaths {
  const paths = cachePaths(cacheFolder(process.env, homedir()), instance);
  mkdirSync(paths.users, { recursive: true });
  return paths;
}

import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CachePaths } from './cache.js';
import type { Candidate } from './candidates.js';
import { run, runOrThrow } from './command.js';
import { freePort } from './port.js';
import { probe } from './probe.js';
import { serverUri, type State } from './state.js';

const FILE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docker-compose.yml');

/** The postgres service of docker-compose.yml, under a project of our own. */
export function composeCandidate(cache: CachePaths): Candidate {
  return {
    name: 'Docker compose',
    unavailable: async () => {
      if ((await run('docker', ['compose', 'version'])).code !== 0) return 'not installed';
      return (await run('docker', ['info'])).code === 0 ? undefined : 'no engine answers';
    },
    start: (previous) => start(`pg-runbook-${cache.instance}`, previous),
  };
}

async function start(project: string, previous: State | undefined): Promise<State> {
  const port = await freePort(previous?.port);
  const password = randomBytes(18).toString('hex');
  const env = {
    ...process.env,
    PG_RUNBOOK_PORT: String(port),
    PG_RUNBOOK_PASSWORD: password,
  };
  await composeDown(project);
  const up = ['up', '-d', '--build', '--wait', 'postgres'];
  await runOrThrow('docker', [...composeArgs(project), ...up], { env, show: true });
  const { systemIdentifier, dataDirectory } = await probe(serverUri({ port, password }));
  const server = { kind: 'compose', project } as const;
  return { format: 1, port, password, systemIdentifier, dataDirectory, keep: true, server };
}

export async function composeDown(project: string): Promise<void> {
  await runOrThrow('docker', [...composeArgs(project), 'down', '--volumes']);
}

const composeArgs = (project: string): string[] => ['compose', '-f', FILE, '-p', project];

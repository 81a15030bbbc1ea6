import { freePort } from './port.js';
import { answersWithin, probe } from './probe.js';
import {
  clusterPassword,
  ensureCluster,
  postmasterRuns,
  startCluster,
  stopCluster,
} from './server.js';
import { serverUri, type ClusterHandle, type Installation, type State } from './state.js';

const PORT_ATTEMPTS = 5;

/** Brings up the instance's cluster with the given programs, on its former port where it can. */
export async function startInstallation(
  installation: Installation,
  instance: string,
  previous: State | undefined,
): Promise<State> {
  const cluster = await ensureCluster(installation, instance);
  // Its state file is lost, but it runs: its port is unknown to us, so it starts again.
  if (postmasterRuns(cluster)) await stopCluster(cluster, 'fast');
  const port = await startOnSomePort(cluster, previous?.port);
  const password = clusterPassword(cluster);
  const { systemIdentifier, dataDirectory } = await probe(serverUri({ port, password }));
  const server = { kind: 'cluster', cluster } as const;
  return { format: 1, port, password, systemIdentifier, dataDirectory, keep: true, server };
}

async function startOnSomePort(cluster: ClusterHandle, preferred?: number): Promise<number> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
    const port = await freePort(attempt === 1 ? preferred : undefined);
    if (await startCluster(cluster, port)) return port;
  }
  throw new Error(`no port stayed free for ${PORT_ATTEMPTS} attempts`);
}

/** A remembered server that lives is given time to answer (it may be recovering), else stopped hard. */
export async function settleRemembered(state: State): Promise<boolean> {
  if (state.server.kind !== 'cluster') return answersWithin(state, 1);
  const { cluster } = state.server;
  if (!postmasterRuns(cluster)) return false;
  if (await answersWithin(state, 30_000)) return true;
  await stopCluster(cluster, 'immediate');
  return false;
}

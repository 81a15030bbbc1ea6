import type { TestProject } from 'vitest/node';
import { borrowServer, releaseServer } from '../../scripts/db/ensure.js';
import { buildOnce } from './build.js';
import { dropOrphans, newRunId } from './orphans.js';
import { ensureTemplate } from './template.js';
import type {} from './server.js';

/** Brings up the server, the template and the built program, once for all db and cli tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('buildFailure', await buildOnce());
  const uri = await preflight();
  try {
    project.provide('serverUri', uri);
    project.provide('templateDatabase', await ensureTemplate(uri));
    project.provide('runId', newRunId());
    await dropOrphans(uri);
  } catch (error) {
    await releaseServer();
    throw error;
  }
  return releaseServer;
}

/** Without a server the run ends here, with the fixes as its message, not with 100 failed tests. */
async function preflight(): Promise<string> {
  try {
    return await borrowServer();
  } catch (error) {
    throw new Error(`the database tests need a server. ${String(error)}`, { cause: error });
  }
}

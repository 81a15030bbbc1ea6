import { EXIT, type ExitCode } from '../../errors.js';
import { readGrants } from '../../plan/grants/read.js';
import { renderGrants } from '../../plan/grants/script.js';
import { withServer } from '../connect.js';
import { loadForServer } from '../load.js';
import type { CommandContext } from '../command-line.js';

interface Options {
  readonly parameter?: string[] | undefined;
  readonly dsn?: string | undefined;
  readonly role?: string | undefined;
}

/** Prints the SQL script that gives a role what a runbook needs, and no more. */
export async function grants(
  context: CommandContext,
  file: string,
  options: Options,
): Promise<ExitCode> {
  const { runbook } = await loadForServer(context.output, file, options.parameter);
  const script = await withServer(context, options.dsn, 'grants', async ({ session, server }) => {
    const found = await readGrants(session, runbook, server, options.role ?? server.role);
    const [problem] = found.problems;
    if (problem !== undefined) throw problem;
    return renderGrants(found, runbook, server);
  });
  context.output.write(script);
  return EXIT.ok;
}

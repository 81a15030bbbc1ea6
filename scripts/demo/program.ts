import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run, runOrThrow } from '../db/command.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** From the top folder, where the demo works. */
const MAIN = 'dist/cli/main.js';

/** `npm ci` builds the program; whoever removed it since gets it back. */
export async function ensureBuilt(): Promise<void> {
  if (existsSync(MAIN)) return;
  await runOrThrow('npm', ['run', '--silent', 'build'], { show: true });
}

/** What a user would type, with the server in PGPASSWORD and its like and not in the process list. */
export async function planText(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await run(process.execPath, [MAIN, 'plan', ...args], { env });
  if (code !== 0) throw new Error(`the plan ended with ${code}:\n${stderr}`);
  return stdout;
}

/**
 * Runs the program with our own stdout and stderr, so that its progress shows as it comes.
 * @returns its exit code.
 */
export async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself, which then cancels its workers and records that: wait for it.
  const stay = (): void => undefined;
  const pass = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', stay).on('SIGTERM', pass);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => {
        resolve(code ?? 1);
      });
    });
  } finally {
    process.off('SIGINT', stay).off('SIGTERM', pass);
  }
}

/** libpq's environment for a URI. */
export function libpqEnvironment(uri: string): NodeJS.ProcessEnv {
  const url = new URL(uri);
  return {
    ...process.env,
    PGHOST: url.hostname,
    PGPORT: url.port === '' ? '5432' : url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
  };
}

import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Show the command's output on our stderr while it runs. */
  readonly show?: boolean;
}

/** Runs a program to its end; one that cannot be started answers 127, as a shell does. */
export function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        out[name] += text;
        if (options.show === true) process.stderr.write(text);
      });
    }
    child.on('error', (error) => {
      resolve({ code: 127, stdout: out.stdout, stderr: error.message });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? 1, ...out });
    });
  });
}

export async function runOrThrow(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await run(program, args, options);
  if (result.code === 0) return result.stdout;
  const said = `${result.stdout}\n${result.stderr}`.trim().slice(-2000);
  throw new Error(`${program} ${args.join(' ')} ended with ${String(result.code)}:\n${said}`);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { ROOT } from './root.js';
import './server.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
/** A command that hangs fails its own test, and leaves no process behind. */
const DEADLINE_MS = 55_000;

/** A signal to send once: after stdout+stderr matched `seen` (at once if absent), and `ms` later. */
export interface SignalAfter {
  readonly signal: NodeJS.Signals;
  readonly seen?: RegExp;
  readonly ms?: number;
}

export interface CliOptions {
  /** Usually `db.env`. Nothing of the caller's own PG* variables gets through. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly signalAfter?: SignalAfter | readonly SignalAfter[];
  readonly deadlineMs?: number;
}

/** How a command ended, in a process of its own or in this one. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliResult extends Ending {
  readonly signal: NodeJS.Signals | null;
}

/** Runs the built program black-box, as a shell would; always resolves with what came of it. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const failure = inject('buildFailure');
  if (failure !== '') throw new Error(failure);
  return runProgram(process.execPath, [MAIN, ...args], options);
}

export function runProgram(
  program: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = collect(child);
  // A program that ends without reading its input breaks the pipe: no concern of the test.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const signals = [options.signalAfter ?? []].flat();
  for (const wanted of signals) void sendWhenSeen(child, output, wanted);
  const deadline = setTimeout(() => child.kill('SIGKILL'), options.deadlineMs ?? DEADLINE_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      resolve({ code, signal, stdout: output.stdout, stderr: output.stderr });
    });
  });
}

interface Output {
  stdout: string;
  stderr: string;
}

function collect(child: ChildProcess): Output {
  const output: Output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  return output;
}

async function sendWhenSeen(child: ChildProcess, output: Output, after: SignalAfter) {
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const seen = (): boolean => after.seen?.test(output.stdout + output.stderr) ?? true;
  while (!seen() && !ended()) await sleep(5);
  await sleep(after.ms ?? 0);
  if (!ended()) child.kill(after.signal);
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { run } from '../db/command.js';
import { libpqEnvironment } from '../demo/program.js';

const MAIN = 'dist/cli/main.js';

/** What a process tells of itself when it exits; its queries are counted where it sends them. */
const TELL_USAGE = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  const { Client } = createRequire(process.cwd() + '/')('pg');
  const { query } = Client.prototype;
  let queries = 0;
  Client.prototype.query = function (...args) {
    queries += 1;
    return query.apply(this, args);
  };
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error('usage', userCPUTime + systemCPUTime, maxRSS, queries);
  });
`)}`;

/** A whole command, from its start to its exit. What it used is NaN where it was not to be told. */
export interface Command {
  readonly ms: number;
  readonly cpuMs: number;
  /** Peak of the resident set. */
  readonly mb: number;
  /** Queries and scripts that it sent to a server. */
  readonly queries: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a user would. @throws when it ends with another exit code than 0. */
export async function runCommand(
  args: readonly string[],
  uri?: string,
  usage: 'told' | 'untold' = 'untold',
): Promise<Command> {
  const env = uri === undefined ? process.env : libpqEnvironment(uri);
  const flags = usage === 'told' ? ['--import', TELL_USAGE] : [];
  const from = performance.now();
  const { code, stdout, stderr } = await run(process.execPath, [...flags, MAIN, ...args], { env });
  const ms = performance.now() - from;
  const [, cpu, kB, queries] = /^usage (\d+) (\d+) (\d+)$/m.exec(stderr) ?? [];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return {
    ms,
    cpuMs: Number(cpu) / 1000,
    mb: Number(kB) / 1024,
    queries: Number(queries),
    stdout,
    stderr,
  };
}

/** A folder for the runbooks and reports of a bench, gone at the end. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface RunResult extends Command {
  readonly report: ReportV1;
}

/** Runs a runbook by `pg-runbook run`. */
export async function runRunbook(
  uri: string,
  steps: string,
  more: {
    readonly args?: readonly string[];
    readonly workers?: number;
    readonly usage?: 'told';
  } = {},
): Promise<RunResult> {
  return withFolder(async (folder) => {
    const [file, path] = [join(folder, 'bench.yaml'), join(folder, 'bench.json')];
    writeFileSync(file, runbook(steps, more.workers ?? 4));
    const args = ['run', file, '--allow-changed', '--report', path, ...(more.args ?? [])];
    const command = await runCommand(args, uri, more.usage);
    return { ...command, report: JSON.parse(readFileSync(path, 'utf8')) as ReportV1 };
  });
}

export function runbook(steps: string, workers: number): string {
  return `api_version: pg-runbook/v1
name: bench
version: 1
budget: { workers: ${String(workers)}, keep_free: 1 }
defaults: { timeout: 30m, lock_timeout: 5s }
steps:
${steps.trim().replace(/^/gm, '  ')}
`;
}

interface LogLine {
  readonly time: number;
  readonly msg: string;
  readonly task?: string;
}

/** When outcomes were recorded, by task, in ms since 1970: the JSON log says so right after. */
export function endsIn(log: string): Map<string, number> {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
  return new Map(
    lines
      .filter(({ msg }) => msg === 'task_ended')
      .map(({ time, task = '' }) => [task, time] as const),
  );
}

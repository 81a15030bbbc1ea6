import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../support/root.js';

/** A process of the command line, as cron would start it. */
export interface Engine {
  readonly child: ChildProcess;
  readonly args: readonly string[];
  readonly ended: Promise<number | null>;
  stderr: string;
}

/** Processes of the command line that run at the moment, and what has become of the others. */
export class Engines {
  readonly live = new Set<Engine>();
  readonly ended: { args: readonly string[]; code: number | null; stderr: string }[] = [];

  /** @returns its exit code, null when it was killed. */
  async run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Engine> {
    const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close').then(() => child.exitCode);
    const engine: Engine = { child, args, ended, stderr: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => (engine.stderr += text));
    this.live.add(engine);
    const code = await ended;
    this.live.delete(engine);
    this.ended.push({ args, code, stderr: engine.stderr });
    return engine;
  }

  /** Whatever happens to the test, its processes go with it. */
  async stop(): Promise<void> {
    const all = [...this.live];
    for (const { child } of all) child.kill('SIGKILL');
    await Promise.all(all.map(({ ended }) => ended));
  }
}

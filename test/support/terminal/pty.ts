import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { ROOT } from '../root.js';
import '../server.js';
import { Screen } from './screen.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const PROGRAM = [process.execPath, MAIN];
const DEADLINE_MS = 55_000;
/** log-update says so when a picture is whole. */
const FRAME_END = '\u001B[?2026l';

export interface PtyOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** What runs there, with the arguments; the built program if not named. */
  readonly program?: readonly string[];
  /** Then it is killed, so that a test that hangs says what was to be seen. */
  readonly deadlineMs?: number;
}

/** A program at a terminal: `script` of util-linux, which every Debian has, makes one. */
export class Pty {
  readonly screen: Screen;
  /** What was to be seen whenever a picture was whole. */
  readonly frames: string[][] = [];
  raw = '';
  readonly ended: Promise<number | null>;
  static readonly #all = new Set<Pty>();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #folder = mkdtempSync(join(tmpdir(), 'pg-runbook-pty-'));
  #isOver = false;

  constructor(args: readonly string[], options: PtyOptions) {
    const { env, columns = 100, rows = 30, program = PROGRAM, deadlineMs = DEADLINE_MS } = options;
    const failure = inject('buildFailure');
    if (failure !== '') throw new Error(failure);
    this.screen = new Screen(columns, rows);
    Pty.#all.add(this);
    const command = [...program, ...args].map(quote).join(' ');
    const shell = `stty cols ${columns} rows ${rows}; tty > ${quote(join(this.#folder, 'tty'))}; exec ${command}`;
    this.#child = spawn('script', ['-qefc', shell, '/dev/null'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        SHELL: '/bin/sh',
        TERM: 'xterm-256color',
        LC_ALL: 'C.UTF-8',
        ...env,
      },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#take(text);
    });
    this.#child.stdin.on('error', () => undefined);
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), deadlineMs);
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject).on('close', (code) => {
        clearTimeout(deadline);
        this.#isOver = true;
        Pty.#all.delete(this);
        rmSync(this.#folder, { recursive: true });
        resolve(code);
      });
    });
  }

  /** Ends those that a failed test has left: without its terminal a program gets SIGHUP. */
  static async killAll(): Promise<void> {
    for (const pty of this.#all) pty.#child.kill('SIGKILL');
    await Promise.all([...this.#all].map((pty) => pty.ended));
  }

  #take(text: string): void {
    this.raw += text;
    const parts = text.split(FRAME_END);
    for (const [index, part] of parts.entries()) {
      this.screen.write(part);
      if (index < parts.length - 1) this.frames.push(this.screen.visible);
    }
  }

  /** Waits until a picture shows it. */
  async seen(pattern: RegExp): Promise<void> {
    while (!this.#isOver && !pattern.test(this.screen.text)) await sleep(20);
    if (!pattern.test(this.screen.text))
      throw new Error(`never seen: ${pattern}\n${this.screen.text}`);
  }

  /** As from a keyboard. */
  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** As when somebody pulls at the window: the program gets SIGWINCH. */
  resize(columns: number, rows: number): void {
    const tty = readFileSync(join(this.#folder, 'tty'), 'utf8').trim();
    execFileSync('stty', ['-F', tty, 'cols', String(columns), 'rows', String(rows)]);
    this.screen.resize(columns, rows);
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

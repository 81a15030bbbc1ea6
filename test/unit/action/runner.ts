import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runProgram } from '../../support/cli.js';
import { ROOT } from '../../support/root.js';
import { ACTION, type ActionStep } from './metadata.js';

/** What the fakes answer to a command line that contains the key; the first that fits counts. */
export type Replies = Readonly<
  Record<string, { code?: number; stdout?: string; stderr?: string } | undefined>
>;

export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  /** The comment, of a call that writes one. */
  readonly body?: string;
}

interface Job {
  /** The text of `dist/cli/main.js` in the action's checkout; without it a fake. */
  readonly main?: string;
  /** Names in the workspace, and texts. */
  readonly files: Readonly<Record<string, string>>;
  /** Names of symbolic links in the workspace, and where they lead. */
  readonly links?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly replies?: Replies;
  readonly pullRequest?: number | null;
}

interface Outcome {
  /** The exit code of each script that ran. */
  readonly codes: Readonly<Record<string, number | null>>;
  readonly calls: readonly Call[];
  readonly summary: string;
  readonly log: string;
}

/** A program that writes down its arguments and answers what it was told to. */
const fake = (program: string): string => `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const file = args.find((arg) => arg.startsWith('body=@'))?.slice('body=@'.length);
const body = file && readFileSync(file, 'utf8');
appendFileSync(process.env.CALLS, JSON.stringify({ program: '${program}', args, body }) + '\\n');
const replies = Object.entries(JSON.parse(readFileSync(process.env.REPLIES, 'utf8')));
const reply = replies.find(([part]) => args.join(' ').includes(part))?.[1] ?? {};
process.stdout.write(reply.stdout ?? '');
process.stderr.write(reply.stderr ?? '');
process.exitCode = reply.code ?? 0;
`;

function write(path: string, text: string, mode = 0o644): void {
  fs.mkdirSync(join(path, '..'), { recursive: true });
  fs.writeFileSync(path, text, { mode });
}

/** Runs the steps of action.yml as GitHub does, but for `uses`. */
export async function runAction(job: Job): Promise<Outcome> {
  const top = fs.mkdtempSync(join(tmpdir(), 'pg-runbook action-'));
  onTestFinished(() => {
    fs.rmSync(top, { recursive: true });
  });
  const at = (name: string): string => join(top, name);
  fs.cpSync(join(ROOT, 'action'), at('checkout/action'), { recursive: true });
  write(at('checkout/dist/cli/main.js'), job.main ?? fake('pg-runbook'));
  for (const program of ['gh', 'npm']) write(at(`bin/${program}`), fake(program), 0o755);
  fs.mkdirSync(at('temp'));
  write(at('replies'), JSON.stringify(job.replies ?? {}));
  for (const [name, text] of Object.entries(job.files)) write(at(`workspace/${name}`), text);
  for (const [name, target] of Object.entries(job.links ?? {})) {
    fs.mkdirSync(join(at('workspace'), name, '..'), { recursive: true });
    fs.symlinkSync(target, join(at('workspace'), name));
  }

  const number = job.pullRequest === undefined ? 7 : job.pullRequest;
  const github = {
    token: 'token',
    sha: 'merged',
    event: number === null ? {} : { pull_request: { number, head: { sha: 'abc123' } } },
  };
  const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default]);
  const inputs = { ...Object.fromEntries(defaults), ...job.inputs } as Record<string, string>;
  const fill = (text: string): string => evaluate(text, { github, inputs });

  const codes: Record<string, number | null> = {};
  let log = '';
  for (const step of ACTION.runs.steps.filter(({ run }) => run !== undefined)) {
    const failed = Object.values(codes).some((code) => code !== 0);
    if (failed && step.if === undefined) continue;
    const added = fs.existsSync(at('path')) ? fs.readFileSync(at('path'), 'utf8').trim() : '';
    const ran = await runProgram('bash', ['-eo', 'pipefail', '-c', step.run!], {
      cwd: join(at('workspace'), fill(step['working-directory'] ?? '.')),
      env: {
        PATH: `${added}:${at('bin')}:${process.env['PATH'] ?? ''}`,
        ...{ GITHUB_ACTION_PATH: at('checkout'), GITHUB_PATH: at('path'), RUNNER_TEMP: at('temp') },
        ...{
          GITHUB_STEP_SUMMARY: at('summary'),
          GITHUB_WORKSPACE: at('workspace'),
          GITHUB_JOB: 'review',
          GITHUB_RUN_ID: '42',
        },
        ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'octo/db' },
        ...{ CALLS: at('calls'), REPLIES: at('replies') },
        ...Object.fromEntries(Object.entries(step.env ?? {}).map(([k, v]) => [k, fill(v)])),
      },
    });
    codes[scriptOf(step)] = ran.code;
    log += ran.stdout + ran.stderr;
  }
  const lines = fs.readFileSync(at('calls'), 'utf8').trim().split('\n');
  const calls = lines.map((line) => JSON.parse(line) as Call);
  return { codes, calls, summary: fs.readFileSync(at('summary'), 'utf8'), log };
}

export const scriptOf = ({ run }: ActionStep): string =>
  /^"\$GITHUB_ACTION_PATH\/action\/([\w-]+\.sh)"$/.exec(run ?? '')?.[1] ?? `not a script: ${run!}`;

/** `${{ a.b || c.d }}`: all that action.yml has of GitHub's expressions. */
function evaluate(text: string, context: object): string {
  const filled = text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) =>
    expression
      .split(' || ')
      .map((path) => String(lookUp(context, path.split('.')) ?? ''))
      .reduce((chosen, next) => (chosen === '' ? next : chosen)),
  );
  return filled === text ? text : evaluate(filled, context);
}

const lookUp = (context: unknown, path: readonly string[]): string | number | undefined =>
  path.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], context) as
    string | number | undefined;

/** What the command lines of all commands have in common. */
import { Option } from '@commander-js/extra-typings';
import { RunbookError, type ExitCode } from '../errors.js';
import type { Output } from './io.js';

/** What a command needs of the process. */
export interface CommandContext {
  readonly output: Output;
  /** Set once a run is on record or goes on: until then, whatever went wrong, nothing was begun. */
  readonly begun?: { yet: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Takes the exit code of a command. */
export type Done = (code: ExitCode) => void;

export const CONNECTION_HELP = `
The server comes from libpq's environment (PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD,
PGPASSFILE, PGSERVICE, PGSSLMODE) or from --dsn.`;

export const EXIT_HELP = `
Exit codes: 0 done · 1 a task failed · 2 the input is wrong · 3 refused before starting
            4 an outcome is unknown · 75 not now · 130/143 interrupted`;

export function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

export const dsn = (): Option<'--dsn <uri>'> =>
  new Option('--dsn <uri>', 'the server, as libpq takes it');
export const json = (): Option<'--json'> => new Option('--json', 'one JSON document on stdout');

export const metrics = (): Option<'--metrics <path>'> =>
  new Option('--metrics <path>', 'where to write metrics for Prometheus, when the run has ended');

export const mode = (): Option<'--mode <octal>', undefined, undefined, number> =>
  new Option(
    '--mode <octal>',
    'who may read what it writes, as chmod has it (default: 0600)',
  ).argParser(readMode);

function readMode(text: string): number {
  const digits = /^0?([0-7]{3})$/.exec(text)?.[1];
  if (digits !== undefined) return Number.parseInt(digits, 8);
  throw new RunbookError('usage', `--mode: not a mode of a file: ${text}`, {
    hint: 'Three octal digits, for the owner, the group and all others: 0600, or 0640 for the group to read.',
  });
}

export const parameter = (): Option<
  '-p, --parameter <name=value>',
  undefined,
  undefined,
  string[]
> =>
  new Option(
    '-p, --parameter <name=value>',
    "a value for one of the runbook's parameters",
  ).argParser(collect);

export const tag = (): Option<'--tag <tag>', undefined, undefined, string[]> =>
  new Option('--tag <tag>', 'only databases with this tag; several: with all of them').argParser(
    collect,
  );

/** For an option that may stand several times. */
function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

export const logFormat = (): Option<
  '--log-format <format>',
  undefined,
  'text',
  undefined,
  false,
  'text' | 'json'
> =>
  new Option('--log-format <format>', 'progress on stderr')
    .choices(['text', 'json'])
    .default('text');

export const ping = (): Option<'--ping <url>'> =>
  new Option(
    '--ping <url>',
    'tell a monitor: POST to URL/start, and at the end to URL/<exit code>',
  );

export const showServerErrors = (): Option<'--show-server-errors'> =>
  new Option(
    '--show-server-errors',
    'show what the server says of SQL that it refuses to plan, which may hold data',
  );

export const RUN_ARGUMENT = 'the id of a run, the beginning of one, or latest';

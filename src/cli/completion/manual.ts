import { EXIT } from '../../errors.js';
import type { CommandWords } from './tree.js';

/** A line that begins with a dot or a quote would be a command of roff. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');
}

const EXITS: readonly (readonly [code: number | string, meaning: string])[] = [
  [EXIT.ok, 'done: every waited task succeeded; detached ones are running and recorded'],
  [EXIT.taskFailed, 'at least one task failed, timed out or was cancelled'],
  [EXIT.inputWrong, 'the input is wrong: usage, YAML, references, parameters'],
  [EXIT.refused, 'refused before starting'],
  [EXIT.outcomeUnknown, 'an outcome is unknown, or the server was lost'],
  [EXIT.somethingToDo, 'of plan --detailed-exitcode alone: there is something to do'],
  [EXIT.notNow, 'not now: window, overlap, guard, emergency brake, or a wait that ran out'],
  [`${String(EXIT.interrupted)}, ${String(EXIT.terminated)}`, 'interrupted by SIGINT or SIGTERM'],
];

const ENVIRONMENT = [
  [
    'PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, PGPASSFILE, PGSERVICE, PGSSLMODE',
    'the server, as libpq takes it',
  ],
  ['NO_COLOR', 'no colours'],
  ['TRACEPARENT', "the caller's trace, for logs and report"],
] as const;

/** The manual page in roff, of section 1. Pure. */
export function manualPage(commands: readonly CommandWords[], version: string): string {
  return [
    `.TH PG\\-RUNBOOK 1 "" "pg\\-runbook ${version}" "User Commands"`,
    '.SH NAME',
    'pg\\-runbook \\- maintenance runbooks for PostgreSQL, run through pg_background',
    '.SH SYNOPSIS',
    ...commands.flatMap(({ name, usage }) => [
      `.B pg\\-runbook ${roff(name)}`,
      roff(`${usage} [options]`.trim()),
      '.br',
    ]),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${roff(`${command.name} ${command.usage}`.trim())}`,
      roff(command.description),
      ...command.options.flatMap(({ flags, description, choices }) => [
        '.TP',
        `.B ${roff(flags)}`,
        roff(choices.length === 0 ? description : `${description}: ${choices.join(', ')}`),
      ]),
    ]),
    '.SH EXIT STATUS',
    ...EXITS.flatMap(([code, meaning]) => ['.TP', `.B ${String(code)}`, roff(meaning)]),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => ['.TP', `.B ${name}`, roff(meaning)]),
    '',
  ].join('\n');
}

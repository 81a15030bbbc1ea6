import { Command, CommanderError } from '@commander-js/extra-typings';
import { EXIT, type ExitCode } from '../errors.js';
import { reportFailure } from './failure.js';
import {
  CONNECTION_HELP,
  dsn,
  example,
  EXIT_HELP,
  json,
  logFormat,
  metrics,
  mode,
  parameter,
  ping,
  RUN_ARGUMENT,
  type CommandContext,
  type Done,
} from './command-line.js';
import { addFileCommands } from './file-commands.js';
import { processOutput, type Output } from './io.js';
import { addReferenceCommands } from './reference-commands.js';
import { message } from '../model/printable.js';
import { packageVersion } from './package-version.js';

/** Runs one command line and returns its exit code. Commands are loaded only when they are called. */
export async function main(
  argv: readonly string[],
  given: Omit<CommandContext, 'begun'> = { output: processOutput(), env: process.env },
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const context = { ...given, begun: { yet: false } };
  const program = makeProgram(context, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return context.begun.yet ? exitCode : await resultWritten(context.output, exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.inputWrong;
    const code = reportFailure(error, context.output);
    return context.begun.yet ? code : beforeAnyRun(code);
  }
}

/** Where nothing was begun, no task failed and no outcome is unknown. */
function beforeAnyRun(code: ExitCode): ExitCode {
  return code === EXIT.taskFailed || code === EXIT.outcomeUnknown ? EXIT.refused : code;
}

/** A result that nobody could read is none. A run that was begun keeps its exit code: its report is elsewhere, too. */
async function resultWritten(output: Output, code: ExitCode): Promise<ExitCode> {
  // A stream tells of a write that failed a moment later.
  await new Promise(setImmediate);
  const trouble = output.trouble?.();
  if (trouble === undefined || code !== EXIT.ok) return code;
  output.note(`${output.paint('red', 'error')}: cannot write the result: ${message(trouble)}`);
  return EXIT.refused;
}

function makeProgram(context: CommandContext, done: Done): Command {
  const program = new Command('pg-runbook')
    .description('Maintenance runbooks for PostgreSQL, run through pg_background.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        context.output.write(text);
      },
      writeErr: (text) => {
        context.output.note(text.trimEnd());
      },
      outputError: (text, write) => {
        write(text.trimEnd().split('\n').map(message).join('\n'));
      },
    })
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook plan runbooks/nightly-maintenance.yaml'));
  // Subcommands take these settings from the program when they are made.
  addFileCommands(program, context, done);
  addLookCommands(program, context, done);
  addRunCommands(program, context, done);
  addServerCommands(program, context, done);
  addReferenceCommands(program, context, done);
  return program;
}

/** Those that look at runs, and change nothing. */
function addLookCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('status')
    .description('show a run as it stands, settled by proof; without RUN the last runs')
    .argument('[run]', RUN_ARGUMENT)
    .option('--follow', 'look on until the run has ended; Ctrl-C leaves the run alone')
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook status', 'pg-runbook status latest --follow'))
    .action(async (run, options) => {
      const { status } = await import('./commands/status.js');
      done(await status(context, run, options));
    });
  program
    .command('history')
    .description('show runs over time: how long they took, what they freed, which are missing')
    .argument('[runbook]', 'of this name only')
    .option('--limit <n>', 'the last so many runs', '20')
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook history', 'pg-runbook history nightly-maintenance'))
    .action(async (runbook, options) => {
      const { history } = await import('./commands/history.js');
      done(await history(context, runbook, options));
    });
  program
    .command('wait')
    .description('block until a run has ended, detached steps too, and exit as it did')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--timeout <duration>', 'give up after this long, with exit 75')
    .option('--report <path>', 'where to write the report')
    .addOption(mode())
    .addOption(metrics())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook wait latest --timeout 2h'))
    .action(async (run, options) => {
      const { wait } = await import('./commands/wait.js');
      done(await wait(context, run, options));
    });
  addReportCommand(program, context, done);
  program
    .command('why')
    .description('tell what a run waits for: who blocks it, since when, until when; signals nobody')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook why latest'))
    .action(async (run, options) => {
      const { why } = await import('./commands/why.js');
      done(await why(context, run, options));
    });
}

/** The one that shows a run in formats for people and for programs. */
function addReportCommand(program: Command, context: CommandContext, done: Done): void {
  program
    .command('report')
    .description('show the report of a run: for people, a chat, a browser or a CI job')
    .argument('<run|file>', `${RUN_ARGUMENT}; or a report that run has written, by its path`)
    .addOption(
      program
        .createOption('--format <format>', 'how to show it')
        .choices(['text', 'markdown', 'html', 'junit', 'json'])
        .default('text' as const),
    )
    .option('--out <path>', 'write it to a file, whole or not at all')
    .addOption(mode())
    .addOption(dsn())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example(
        'pg-runbook report latest --format html --out night.html',
        'pg-runbook report ./night.json --format markdown',
      ),
    )
    .action(async (source, options) => {
      const { report } = await import('./commands/report.js');
      done(await report(context, source, options));
    });
}

/** Those that act on runs. */
function addRunCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('cancel')
    .description(
      'stop a run, or one step of it, from any host; nothing that is not ours is touched',
    )
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--step <id>', 'only this step')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook cancel latest --step reindex-bloated'))
    .action(async (run, options) => {
      const { cancel } = await import('./commands/cancel.js');
      done(await cancel(context, run, options));
    });
  program
    .command('pause')
    .description(
      'let a run launch nothing more, and its batches wait; without RUN all runs of the database',
    )
    .argument('[run]', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--reason <text>', 'why, for those who look at the runs')
    .option('--until <time>', 'let them go on by themselves: 90m, or 2026-11-21T05:30:00Z')
    .option('--cancel', 'stop what runs, too; it goes on later')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example('pg-runbook pause latest', 'pg-runbook pause --reason "incident 4711" --until 2h'),
    )
    .action(async (run, options) => {
      const { pause } = await import('./commands/pause.js');
      done(await pause(context, run, options));
    });
  program
    .command('unpause')
    .description('let a paused run go on; without RUN all runs of the database')
    .argument('[run]', RUN_ARGUMENT)
    .addOption(dsn())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook unpause latest', 'pg-runbook unpause'))
    .action(async (run, options) => {
      const { unpause } = await import('./commands/pause.js');
      done(await unpause(context, run, options));
    });
  program
    .command('resume')
    .description(
      'go on with a run whose engine is gone, or that was cancelled: adopt, settle by proof, do the rest',
    )
    .argument('<run>', RUN_ARGUMENT)
    .option('--failed', 'do what failed or timed out again, too, where that does no harm')
    .addOption(dsn())
    .option('--report <path>', 'where to write the report (default: as run does)')
    .addOption(mode())
    .addOption(ping())
    .addOption(metrics())
    .addOption(logFormat())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook resume latest', 'pg-runbook resume latest --failed'))
    .action(async (run, options) => {
      const { resume } = await import('./commands/resume.js');
      done(await resume(context, run, options));
    });
  program
    .command('prune')
    .description('forget old runs in the ledger; live ones stay')
    .addOption(dsn())
    .option('--keep <time>', 'runs that began within this time stay', '90d')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook prune --keep 365d'))
    .action(async (options) => {
      const { prune } = await import('./commands/prune.js');
      done(await prune(context, options));
    });
}

function addServerCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('init')
    .description('make the ledger (schema "runbook") in the database, or bring it up to date')
    .addOption(dsn())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook init --dsn postgresql://dba@db1/app'))
    .action(async (options) => {
      const { init } = await import('./commands/init.js');
      done(await init(context, options));
    });
  program
    .command('doctor')
    .description('check the server: version, extension, role, slots, ledger; each line ok or a fix')
    .argument('[file]', 'a runbook: check also that the role has every privilege that it needs')
    .addOption(parameter())
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook doctor', 'pg-runbook doctor nightly.yaml'))
    .action(async (file, options) => {
      const { doctor } = await import('./commands/doctor.js');
      done(await doctor(context, file, options));
    });
  program
    .command('selftest')
    .description(
      'try on this server what pg-runbook promises, crashes included, in a database that it makes and drops',
    )
    .option('--template <name>', 'the template database to copy (default: template1)')
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example('pg-runbook selftest', 'pg-runbook selftest --template with_pg_background --json'),
    )
    .action(async (options) => {
      const { selftest } = await import('./commands/selftest.js');
      done(await selftest(context, options));
    });
  program
    .command('grants')
    .description(
      'print the SQL that gives a role what a runbook needs, and no more; changes nothing',
    )
    .argument('<file>', 'the runbook')
    .addOption(parameter())
    .option('--role <name>', 'who is to run it, case counts (default: the role that connects)')
    .addOption(dsn())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook grants nightly.yaml --role maintenance > grants.sql'))
    .action(async (file, options) => {
      const { grants } = await import('./commands/grants.js');
      done(await grants(context, file, options));
    });
}

import { Command, CommanderError, Option } from '@commander-js/extra-typings';
import { EXIT, type ExitCode } from '../errors.js';
import { reportFailure } from './failure.js';
import { processOutput, type Output } from './io.js';
import { packageVersion } from './package-version.js';

/** What a command needs of the process. */
export interface CommandContext {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const CONNECTION_HELP = `
The server comes from libpq's environment (PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD,
PGPASSFILE, PGSERVICE, PGSSLMODE) or from --dsn.`;

const EXIT_HELP = `
Exit codes: 0 done · 1 a task failed · 2 the input is wrong · 3 refused before starting
            4 an outcome is unknown · 75 not now · 130/143 interrupted`;

/** Runs one command line and returns its exit code. Commands are loaded only when they are called. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const output = processOutput();
  let exitCode: ExitCode = EXIT.ok;
  const program = makeProgram({ output, env: process.env }, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.inputWrong;
    return reportFailure(error, output);
  }
}

type Done = (code: ExitCode) => void;

function makeProgram(context: CommandContext, done: Done): Command {
  const program = new Command('pg-runbook')
    .description('Maintenance runbooks for PostgreSQL, run through pg_background.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .showSuggestionAfterError()
    .exitOverride()
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

function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

const dsn = (): Option<'--dsn <uri>'> => new Option('--dsn <uri>', 'the server, as libpq takes it');
const json = (): Option<'--json'> => new Option('--json', 'one JSON document on stdout');

const parameter = (): Option<'-p, --parameter <name=value>', undefined, undefined, string[]> =>
  new Option(
    '-p, --parameter <name=value>',
    "a value for one of the runbook's parameters",
  ).argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);

function addFileCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('validate')
    .description('check runbooks without a server: YAML, schema, references and SQL syntax')
    .argument('<file...>', 'runbooks')
    .addOption(parameter())
    .addOption(json())
    .addHelpText('after', example('pg-runbook validate runbooks/*.yaml'))
    .action(async (files, options) => {
      const { validate } = await import('./commands/validate.js');
      done(await validate(context, files, options));
    });
  program
    .command('plan')
    .description('show what a run would do: exact SQL, settings, targets; changes nothing')
    .argument('<file>', 'the runbook')
    .addOption(parameter())
    .addOption(dsn())
    .addOption(
      new Option('--format <format>', 'how to show it').choices(['text', 'markdown', 'json']),
    )
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook plan nightly.yaml -p schema=app --format json'))
    .action(async (file, options) => {
      const { plan } = await import('./commands/plan.js');
      done(await plan(context, file, options));
    });
  program
    .command('run')
    .description('run a runbook and write a report')
    .argument('<file>', 'the runbook')
    .addOption(parameter())
    .addOption(dsn())
    .option(
      '--report <path>',
      'where to write the report (default: pg-runbook-reports/<name>-<run>.json)',
    )
    .option('--allow-changed', 'run although the same version ran before with other content')
    .addOption(logFormat())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook run nightly.yaml --report /var/log/nightly.json'))
    .action(async (file, options) => {
      const { run } = await import('./commands/run.js');
      done(await run(context, file, options));
    });
}

const logFormat = (): Option<
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

const RUN_ARGUMENT = 'the id of a run, the beginning of one, or latest';

/** Those that look at runs, and change nothing. */
function addLookCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('status')
    .description('show a run as it stands, settled by proof; without RUN the last runs')
    .argument('[run]', RUN_ARGUMENT)
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook status', 'pg-runbook status latest --json'))
    .action(async (run, options) => {
      const { status } = await import('./commands/status.js');
      done(await status(context, run, options));
    });
  program
    .command('wait')
    .description('block until a run has ended, detached steps too, and exit as it did')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--timeout <duration>', 'give up after this long, with exit 75')
    .option('--report <path>', 'where to write the report')
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook wait latest --timeout 2h'))
    .action(async (run, options) => {
      const { wait } = await import('./commands/wait.js');
      done(await wait(context, run, options));
    });
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
  for (const command of ['pause', 'unpause'] as const) {
    program
      .command(command)
      .description(
        command === 'pause'
          ? 'let a run launch nothing more, and its batches wait, until unpause'
          : 'let a paused run go on',
      )
      .argument('<run>', RUN_ARGUMENT)
      .addOption(dsn())
      .addHelpText('after', CONNECTION_HELP)
      .addHelpText('after', example(`pg-runbook ${command} latest`))
      .action(async (run, options) => {
        const { pause } = await import('./commands/pause.js');
        done(await pause(context, run, options, command));
      });
  }
  program
    .command('resume')
    .description('go on with a run whose engine is gone: adopt, settle by proof, do the rest')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--report <path>', 'where to write the report (default: as run does)')
    .addOption(logFormat())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook resume latest'))
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
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook doctor'))
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.js');
      done(await doctor(context, options));
    });
}

function addReferenceCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('schema')
    .description('print a JSON Schema: runbook, plan or report')
    .addArgument(
      program.createArgument('<name>', 'which one').choices(['runbook', 'plan', 'report']),
    )
    .addHelpText('after', example('pg-runbook schema runbook > runbook.schema.json'))
    .action(async (name) => {
      const { schema } = await import('./commands/schema.js');
      done(schema(context, name));
    });
  program
    .command('explain')
    .description('explain a word: wait, detach or cancel')
    .addArgument(
      program.createArgument('<word>', 'which one').choices(['wait', 'detach', 'cancel']),
    )
    .addHelpText('after', example('pg-runbook explain cancel'))
    .action(async (word) => {
      const { explain } = await import('./commands/explain.js');
      done(explain(context, word));
    });
}

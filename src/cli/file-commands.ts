import { Option, type Command } from '@commander-js/extra-typings';
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
  showServerErrors,
  tag,
  type CommandContext,
  type Done,
} from './command-line.js';

/** Those that take a runbook. */
export function addFileCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('validate')
    .description(
      'check runbooks and inventories without a server: YAML, schema, references, SQL syntax',
    )
    .argument('<file...>', 'runbooks or inventories')
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
    .option('--out <path>', 'also write it as JSON, for run --plan')
    .addOption(mode())
    .option('--offline', 'without a server: steps, advice and SQL templates')
    .addOption(showServerErrors())
    .option('--explain-selection', 'name every relation that a filter keeps out')
    .option('--detailed-exitcode', 'exit 0 when there is nothing to do, 10 when there is')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example(
        'pg-runbook plan nightly.yaml -p schema=app --format json',
        'pg-runbook plan nightly.yaml --out plan.json',
      ),
    )
    .action(async (file, options) => {
      const { plan } = await import('./commands/plan.js');
      done(await plan(context, file, options));
    });
  addRunCommand(program, context, done);
}

/** The one that does what the others show. */
function addRunCommand(program: Command, context: CommandContext, done: Done): void {
  program
    .command('run')
    .description('run a runbook and write a report')
    .argument('[file]', 'the runbook; with --plan, where it is now (default: where it was)')
    .addOption(parameter())
    .addOption(dsn())
    .option('--plan <path>', 'run just this plan, made by plan --out, unless too much has changed')
    .option(
      '--report <path>',
      'where to write the report (default: pg-runbook-reports/<name>-<run>.json); a folder with --inventory',
    )
    .addOption(
      new Option('--inventory <path>', 'run it on each database of this file').conflicts([
        'dsn',
        'plan',
        'metrics',
      ]),
    )
    .option('--shard <i/n>', 'only this part of the inventory; the others are for other processes')
    .addOption(tag())
    .option('--pass <name>', 'run it once in each database, whoever tries under this name')
    .addOption(mode())
    .addOption(metrics())
    .addOption(showServerErrors().conflicts(['inventory', 'plan']))
    .option('--allow-changed', 'run although the same version ran before with other content')
    .addOption(ping())
    .addOption(logFormat())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText(
      'after',
      example(
        'pg-runbook run nightly.yaml --report /var/log/nightly.json',
        'pg-runbook run --plan plan.json',
        'pg-runbook run nightly.yaml --inventory fleet.yaml --shard 1/4 --pass 2026-11-21',
      ),
    )
    .action(async (file, options) => {
      const { run } = await import('./commands/run.js');
      done(await run(context, file, options));
    });
}

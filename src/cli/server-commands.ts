import type { Command } from '@commander-js/extra-typings';
import {
  CONNECTION_HELP,
  dsn,
  example,
  json,
  parameter,
  type CommandContext,
  type Done,
} from './command-line.js';

/** Those that prepare and check a server. */
export function addServerCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('init')
    .description('make the ledger (schema "runbook") in the database, or bring it up to date')
    .addOption(dsn())
    .option('--wait <duration>', 'wait this long for the end of runs that use it')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example('pg-runbook init --dsn postgresql://dba@db1/app', 'pg-runbook init --wait 2h'),
    )
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

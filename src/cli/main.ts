#!/usr/bin/env node
import { main } from './program.js';

// The arguments may hold a DSN with a password, which every user of the machine could read in `ps`.
process.title = 'pg-runbook';
process.exitCode = await main(process.argv.slice(2));

#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { main } from './program.js';

// A command parses a few statements: to optimize the SQL parser's code meanwhile took the processor time
// of all the rest of a start, in threads that hold up the server where it is on the same machine.
setFlagsFromString('--wasm-tiering-budget=200000000');

// Newer Nodes have it. Where it is missing, pg looks for Cloudflare's `Response`, and so loads Node's HTTP client.
if (!('navigator' in globalThis)) {
  Object.assign(globalThis, { navigator: { userAgent: `Node.js/${process.versions.node}` } });
}

// The arguments may hold a DSN with a password, which every user of the machine could read in `ps`.
process.title = 'pg-runbook';
process.exitCode = await main(process.argv.slice(2));

/**
 * Does what tsc leaves undone: copies the ledger's migrations, which are read beside the code, and
 * makes the command executable in a checkout, where npm does not.
 */
import { chmod, cp } from 'node:fs/promises';

const dist = new URL('../dist/', import.meta.url);
const migrations = new URL('../src/ledger/migrations/', import.meta.url);
await cp(migrations, new URL('ledger/migrations/', dist), { recursive: true });
await chmod(new URL('cli/main.js', dist), 0o755);

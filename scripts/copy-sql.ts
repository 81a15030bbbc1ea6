/** Copies what tsc leaves behind: the ledger's migrations, which are read beside the code. */
import { cp } from 'node:fs/promises';

const source = new URL('../src/ledger/migrations/', import.meta.url);
await cp(source, new URL('../dist/ledger/migrations/', import.meta.url), { recursive: true });

/**
 * Bundles our own modules into few files: of a start that loads each of them by itself, that takes a sixth.
 * Types are written by tsc, which runs after it.
 */
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist');

await rm(OUT, { recursive: true, force: true });
await build({
  entryPoints: ['src/index.ts', 'src/cli/main.ts', 'src/selftest/engine-thread.ts'],
  absWorkingDir: ROOT,
  outdir: OUT,
  outbase: 'src',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Dependencies stay packages that npm can replace and audit.
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
// In a checkout npm does not do it.
await chmod(`${OUT}/cli/main.js`, 0o755);

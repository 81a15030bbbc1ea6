import { defineConfig } from 'vitest/config';

/** Loading the sources anew for each of some 120 files took longer than the tests of most. */
const isolate = false;

/** Two projects, so that the pure tests start at once and need no server. */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    // They wait for the server, for timeouts and for one another more than they work.
    maxWorkers: 3,
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          isolate,
          include: [
            'test/unit/**/*.test.ts',
            'test/schema/**/*.test.ts',
            'test/browser/**/*.test.ts',
            'test/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'db',
          isolate,
          include: ['test/db/**/*.test.ts', 'test/cli/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'src/generated/', 'test/schema/cases/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      eqeqeq: ['error', 'always'],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    // Exit codes, streams and the environment are the command line's alone: a library that reads or
    // writes them cannot be embedded.
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', 'process', 'console'],
      'no-restricted-imports': [
        'error',
        { paths: ['process', 'node:process', 'console', 'node:console'] },
      ],
    },
  },
  {
    // The scheduler and the renderers are pure: the dry run must show what the run does.
    files: ['src/engine/schedule.ts', 'src/steps/*/render.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'console', 'Date', 'fetch', 'performance', 'crypto'],
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
      'no-restricted-imports': ['error', { patterns: ['node:*'] }],
    },
  },
  {
    // In a test a value that is missing fails the test all the same.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // Tool configuration and vitest's own hooks are read as default exports; a .d.ts tells what others have.
    files: [
      '*.config.ts',
      '**/*.d.ts',
      'test/support/global-setup.ts',
      'test/support/summary-reporter.ts',
    ],
    rules: { 'no-restricted-exports': 'off' },
  },
);

import { describe, expect, it } from 'vitest';
import { runProgram } from '../../support/cli.js';
import { isOrphan, newRunId } from '../../support/orphans.js';
import { databaseUri, libpqEnvironment } from '../../support/server.js';
import { summaryLine } from '../../support/summary-reporter.js';

describe('test databases of killed runs', () => {
  it('are told from those of living ones by PID and start time', () => {
    expect(isOrphan(`pgrb_test_${newRunId()}_12_1`)).toBe(false);
    expect(isOrphan('pgrb_test_7x100_12_1', () => undefined)).toBe(true);
    expect(isOrphan('pgrb_test_7x100_12_1', () => '200')).toBe(true);
    expect(isOrphan('pgrb_test_7x100_12_1', () => '100')).toBe(false);
  });

  it.each(['shop', 'pgrb_template_0123456789', 'pgrb_test_mine'])('%s is nobody’s', (name) => {
    expect(isOrphan(name, () => undefined)).toBe(false);
  });
});

describe('connection helpers', () => {
  it('lead to another database of the same server', () => {
    const uri = databaseUri('a b', 'postgresql://u:p%40@127.0.0.1:5/postgres');
    expect(uri).toBe('postgresql://u:p%40@127.0.0.1:5/a%20b');
    expect(libpqEnvironment(uri)).toEqual({
      ...{ PGHOST: '127.0.0.1', PGPORT: '5', PGUSER: 'u' },
      ...{ PGPASSWORD: 'p@', PGDATABASE: 'a b' },
    });
  });
});

describe('running a program black-box', () => {
  const node = (script: string, options = {}) =>
    runProgram(process.execPath, ['-e', script], options);

  it('gives code, both streams, input and environment, and hides the caller’s own PG* variables', async () => {
    const script = `process.stdin.on('data', (d) => process.stdout.write(d));
      console.error(process.env.PGHOST, process.env.PGPASSWORD, process.env.LC_ALL);
      process.exitCode = 3;`;
    process.env['PGPASSWORD'] = 'of the caller';
    try {
      expect(await node(script, { input: 'in', env: { PGHOST: 'h' } })).toEqual({
        ...{ code: 3, signal: null, stdout: 'in', stderr: 'h undefined C\n' },
      });
    } finally {
      delete process.env['PGPASSWORD'];
    }
  });

  it('sends signals in turn, each when its text was seen', async () => {
    const script = `process.on('SIGINT', () => console.log('interrupted'));
      setInterval(() => {}, 1000); console.log('ready');`;
    const signalAfter = [
      { signal: 'SIGINT', seen: /ready/ },
      { signal: 'SIGTERM', seen: /interrupted/, ms: 20 },
    ];
    const result = await node(script, { signalAfter });
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(result.stdout).toBe('ready\ninterrupted\n');
  });

  it('ends a program that hangs', async () => {
    const result = await node('setInterval(() => {}, 1000)', { deadlineMs: 300 });
    expect(result.signal).toBe('SIGKILL');
  });
});

it('the summary line reads as the continuous integration expects it', () => {
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

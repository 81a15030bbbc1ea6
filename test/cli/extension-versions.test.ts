import { afterAll, describe, expect, it } from 'vitest';
import { isOlder } from '../../src/postgres/background/detect.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';

const db = await useTestDatabase();

const set = (version: string): Promise<unknown> =>
  db.query("update pg_extension set extversion = $1 where extname = 'pg_background'", [version]);
afterAll(() => set('2.0'));

describe('doctor', () => {
  it('says nothing of the version that the server brings', async () => {
    const { code, stdout } = await runCli(['doctor'], { env: db.env });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout.match(/ extension /g)).toHaveLength(1);
  });

  it.each(['1.8', '1.10', '2.0.1'])('warns of pg_background %s', async (version) => {
    await set(version);
    const { stdout } = await runCli(['doctor'], { env: db.env });
    expect(stdout).toMatch(
      new RegExp(
        `^warn {2}extension {2}pg_background ${version}: before 2\\.0\\.2 a cancel could crash`,
        'm',
      ),
    );
    expect(stdout).toContain('Install 2.0.2 or newer');
  });

  it('tells of a library that is newer than its SQL, which fails at the first launch', async () => {
    await set('1.8');
    const { code, stdout } = await runCli(['doctor', '--json'], { env: db.env });
    expect(code).toBe(3);
    const { checks } = JSON.parse(stdout) as { checks: unknown[] };
    expect(checks).toContainEqual({
      name: 'extension',
      state: 'fix',
      detail: 'the library on the server is pg_background 2.0, its SQL in this database 1.8',
      fix: 'ALTER EXTENSION pg_background UPDATE;',
    });
  });
});

describe('a version is older', () => {
  it.each([
    ['1.8', '1.10', true],
    ['1.10', '1.9', false],
    ['2.0', '2.0.2', true],
    ['2.0.2', '2.0.2', false],
    ['3.0', '2.0.2', false],
  ])('%s than %s: %s', (version, than, older) => {
    expect(isOlder(version, than)).toBe(older);
  });
});

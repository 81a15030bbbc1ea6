import { describe, expect, it } from 'vitest';
import { RunbookError } from '../../../src/errors.js';
import { resolveConnection } from '../../../src/postgres/connection-settings.js';
import { parseDsn } from '../../../src/postgres/dsn.js';
import { parseSection } from '../../../src/postgres/service-file.js';

describe('parseDsn', () => {
  it('reads a URI, percent signs decoded', () => {
    expect(parseDsn('postgresql://me:p%40ss@db:5433/app?sslmode=require')).toEqual({
      host: 'db',
      port: '5433',
      user: 'me',
      password: 'p@ss',
      dbname: 'app',
      sslmode: 'require',
    });
  });

  it.each([
    ['postgres://%2Frun%2Fpostgresql/app', { host: '/run/postgresql', dbname: 'app' }],
    ['postgresql://[::1]/app', { host: '::1', dbname: 'app' }],
    [
      "host=db password='a \\'b\\' c' dbname=app",
      { host: 'db', password: "a 'b' c", dbname: 'app' },
    ],
    ['host = db', { host: 'db' }],
  ])('reads %s', (dsn, expected) => {
    expect(parseDsn(dsn)).toEqual(expected);
  });

  it.each(['nonsense', 'host=a b', "password='open", 'postgresql://a:%zz@b/c'])(
    'refuses %s without repeating it',
    (dsn) => {
      let message = '';
      try {
        parseDsn(dsn);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_connection' });
        message = (error as RunbookError).message;
      }
      expect(message).not.toBe('');
      expect(message).not.toContain(dsn);
    },
  );
});

describe('parseSection', () => {
  it('finds a section among others, without comments', () => {
    const text = '# all\n[one]\nhost=a\n[two]\n# here\nhost = b\nport=5433\n[three]\nhost=c';
    expect(parseSection(text, 'two')).toEqual({ host: 'b', port: '5433' });
    expect(parseSection(text, 'four')).toBeUndefined();
  });
});

describe('resolveConnection', () => {
  it('puts the DSN above the environment', () => {
    const env = { PGHOST: 'envhost', PGPORT: '6000', PGUSER: 'envuser' };
    const { client, description } = resolveConnection('postgresql://dsnhost/app', env);
    expect(client).toMatchObject({ host: 'dsnhost', port: 6000, user: 'envuser', database: 'app' });
    expect(description).toBe('envuser@dsnhost:6000/app');
  });

  it('never names the password', () => {
    const { description } = resolveConnection('postgresql://me:secret@h/app', {});
    expect(description).not.toContain('secret');
  });

  it.each([
    ['disable', undefined, false],
    ['prefer', false, true],
    ['require', false, false],
    ['verify-full', true, false],
  ])('sslmode %s has libpq’s meaning', (mode, verify, optional) => {
    const settings = resolveConnection(`postgresql://h/app?sslmode=${mode}`, {});
    const ssl = settings.client.ssl as { rejectUnauthorized?: boolean } | undefined;
    expect(ssl?.rejectUnauthorized).toBe(verify);
    expect(settings.sslOptional).toBe(optional);
  });

  it.each([
    ['postgresql://h/app?sslmode=maybe', {}],
    [undefined, { PGPORT: 'many' }],
    [undefined, { PGCONNECT_TIMEOUT: 'soon' }],
    [undefined, { PGHOST: 'a,b' }],
    [undefined, { PGSERVICE: 'nowhere', PGSERVICEFILE: '/nonexistent' }],
  ])('refuses %s %j', (dsn, env) => {
    expect(() => resolveConnection(dsn, env)).toThrow(RunbookError);
  });
});

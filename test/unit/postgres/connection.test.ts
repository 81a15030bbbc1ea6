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
    ["password=it's", { password: "it's" }],
    ['password=a\\ b\\\\c user=u', { password: 'a b\\c', user: 'u' }],
    ["password='a\nb'", { password: 'a\nb' }],
    ['requiressl=1', { sslmode: 'require' }],
    ['postgresql:///app', { dbname: 'app' }],
    ['postgresql://', {}],
    ['postgresql://me:p?w#1@db', { user: 'me', password: 'p?w#1', host: 'db' }],
    ['postgresql://db?password=a+b%26c', { host: 'db', password: 'a+b&c' }],
    ['postgresql://db/app?ssl=true', { host: 'db', dbname: 'app', sslmode: 'require' }],
    ['postgresql://db?options=-c%20a%3Db', { host: 'db', options: '-c a=b' }],
  ])('reads %s', (dsn, expected) => {
    expect(parseDsn(dsn)).toEqual(expected);
  });

  it.each([
    ...['nonsense', 'host=a b', "password='open", 'postgresql://a:%zz@b/c', 'postgresql://a/%00'],
    ...['postgresql://u:p@ss@h/d', 'postgresql://u:p/w@h/d', 'postgresql://u:12/w@h/d'],
    ...[
      'postgresql://h?a',
      'postgresql://h?options=a=b',
      'postgresql://u:a b@h',
      'postgresql://h?ssl=1',
    ],
  ])('refuses %s without repeating it', (dsn) => {
    let message = '';
    try {
      parseDsn(dsn);
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_connection' });
      message = (error as RunbookError).message;
    }
    expect(message).not.toBe('');
    expect(message).not.toContain(dsn);
  });

  it.each([
    ['host=h sslmod=require', 'sslmod', 'Did you mean `sslmode`?'],
    ['postgresql://h?chanel_binding=require', 'chanel_binding', 'Did you mean `channel_binding`?'],
    ['HOST=h', 'HOST', 'Did you mean `host`?'],
  ])('names the nearest keyword of %s', (dsn, word, hint) => {
    expect(() => parseDsn(dsn)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(word) as string, hint }) as Error,
    );
  });

  it.each(['me:se/cret@h/app', 'me:se@cret@h/app', 'me:se/cr@et@h/app', 'me:s?e/cret@h'])(
    'says how the password of postgresql://%s must be written',
    (rest) => {
      expect(() => parseDsn(`postgresql://${rest}`)).toThrow('write @ as %40 and / as %2F');
    },
  );

  it.each(['me@h:port/app', 'me@h:port/app?application_name=a@b'])(
    'says nothing of passwords where there is none: postgresql://%s',
    (rest) => {
      expect(() => parseDsn(`postgresql://${rest}`)).toThrow('it is no valid URI');
    },
  );

  it('repeats no word that is far from any keyword: it may be a piece of a password', () => {
    expect(() => parseDsn('password=open zzsesame=1')).toThrow(
      'unknown keyword in the DSN after password',
    );
  });
});

describe('parseSection', () => {
  it('finds a section among others, without comments', () => {
    const text = '# all\n[one]\nhost=a\n[two]\n# here\nhost = b\nport=5433\n[three]\nhost=c';
    expect(parseSection(text, 'two', 'file')).toEqual({ host: 'b', port: '5433' });
    expect(parseSection(text, 'four', 'file')).toBeUndefined();
  });

  it.each([
    ['[one]\nhost=a\nsslmod=require', 'unknown keyword sslmod in file, line 3'],
    ['[one]\nservice=two', 'not a connection setting in file, line 2'],
    ['[one]\nldap://h/dn', 'not a connection setting in file, line 2'],
  ])('refuses %j', (text, message) => {
    expect(() => parseSection(text, 'one', 'file')).toThrow(message);
    expect(parseSection(`${text}\n[two]\nport=1`, 'two', 'file')).toEqual({ port: '1' });
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
    ['disable', undefined, true],
    ['prefer', false, true],
    ['allow', false, true],
    ['require', false, false],
    ['verify-full&sslrootcert=system', true, false],
  ])('sslmode %s has libpq’s meaning', (mode, verify, plain) => {
    const env = { HOME: '/nowhere', SSL_CERT_FILE: import.meta.filename };
    const settings = resolveConnection(`postgresql://h/app?sslmode=${mode}`, env);
    const tls = settings.transports.find((one) => one !== false);
    expect(tls === undefined ? undefined : tls.rejectUnauthorized).toBe(verify);
    expect(settings.transports.includes(false)).toBe(plain);
  });

  it.each([
    ['postgresql://h/app?sslmode=maybe', {}],
    [undefined, { PGPORT: 'many' }],
    [undefined, { PGCONNECT_TIMEOUT: 'soon' }],
    [undefined, { PGHOST: 'a,b' }],
    ['host=a,b hostaddr=127.0.0.1', {}],
    [
      'hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=system',
      { SSL_CERT_FILE: import.meta.filename },
    ],
    ['host=h sslrootcert=/dev/null', {}],
    [undefined, { PGSERVICE: 'nowhere', PGSERVICEFILE: '/nonexistent' }],
  ])('refuses %s %j', (dsn, env) => {
    expect(() => resolveConnection(dsn, env)).toThrow(RunbookError);
  });
});

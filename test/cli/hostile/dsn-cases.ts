/** A way to name a server that leads nowhere. */
export interface DsnCase {
  readonly name: string;
  readonly dsn?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Parts of it would show as well when it is written otherwise. */
export const SECRET = 'hUsh-7q';
/** With characters that mean something to URIs, shells, regular expressions and JavaScript. */
const SECRETS = [
  SECRET,
  `${SECRET}$&`,
  `${SECRET}%25`,
  `${SECRET}'"\\`,
  `${SECRET}#?/`,
  `a b ${SECRET}`,
  `a@${SECRET}@b`,
  `a/${SECRET} b`,
  `a'b\\ ${SECRET}`,
  `1/${SECRET}`,
];

const away = 'host=127.0.0.1 port=1 user=u dbname=d connect_timeout=3';

const DSNS: Readonly<Record<string, string>> = {
  'a word': 'nonsense',
  'a text of blanks and signs': '= = = ;;',
  'another scheme': 'mysql://u:p@127.0.0.1/d',
  'a scheme of a web page': 'https://127.0.0.1/',
  'a scheme of a file': 'file:///etc/passwd',
  'a scheme of a script': 'javascript:alert(1)',
  'half a scheme': 'postgresql:/x',
  'a scheme alone, to a port that refuses': 'postgresql://127.0.0.1:1',
  'a stray percent sign': 'postgresql://u@127.0.0.1:1/%',
  'a percent sign in the user': 'postgresql://%zz@127.0.0.1:1/d',
  'broken UTF-8 in percents': 'postgresql://%ff%fe@127.0.0.1:1/d',
  'a NUL in percents': 'postgresql://u%00v@127.0.0.1:1/d%00e',
  'a newline in percents': 'postgresql://u%0Aerror:faked@127.0.0.1:1/d%0Ae',
  'an escape in percents': 'postgresql://%1b[2J@127.0.0.1:1/d',
  'port 0': 'postgresql://u@127.0.0.1:0/d',
  'port 65536': 'postgresql://u@127.0.0.1:65536/d',
  'port -1': 'host=127.0.0.1 port=-1',
  'port 1e3': 'host=127.0.0.1 port=1.5e0',
  'a port of words': 'host=127.0.0.1 port=five',
  'a port of 400 digits': `host=127.0.0.1 port=${'9'.repeat(400)}`,
  'a port of nothing that refuses': "host=127.0.0.1 port=''",
  'two ports': 'postgresql://u@127.0.0.1:1:2/d',
  'a port that refuses': away,
  'a host that is none': 'host=no.such.host.invalid port=5432 connect_timeout=3',
  'a host with blanks': "host='a b' port=1 connect_timeout=3",
  'a host with a semicolon': "host='; rm -rf /' port=1 connect_timeout=3",
  'a host of 10,000 characters': `host=${'h'.repeat(10_000)} port=1 connect_timeout=3`,
  'several hosts': 'host=127.0.0.1,127.0.0.2 port=1',
  'a folder without a socket': 'host=/nowhere port=1',
  'a broken IPv6 address': 'postgresql://[::1/d',
  'an IPv6 address that refuses': 'postgresql://u@[::1]:1/d?connect_timeout=3',
  'a user of 100,000 characters': `${away} user=${'u'.repeat(100_000)}`,
  'an unclosed quote': "host='127.0.0.1",
  'a key without a value': 'host',
  'a value without a key': '=x',
  'a key in capitals': 'HOST=x',
  __proto__: `${away} __proto__=x`,
  'constructor in a query': 'postgresql://u@127.0.0.1:1/d?constructor=x&__proto__=y',
  'an sslmode of nobody': `${away} sslmode=maybe`,
  'an sslmode of constructor': `${away} sslmode=constructor`,
  'a root certificate that is not there': `${away} sslmode=verify-full sslrootcert=/nowhere`,
  'a root certificate that is a folder': `${away} sslmode=verify-full sslrootcert=/`,
  'a key file that is no key': `${away} sslmode=require sslkey=/etc/hostname sslcert=/etc/hostname`,
  'a timeout of words': 'host=127.0.0.1 port=1 connect_timeout=soon',
  'a timeout of 1e99': 'host=127.0.0.1 port=1 connect_timeout=1e99',
  'a negative timeout': 'host=127.0.0.1 port=1 connect_timeout=-5',
  'options with a NUL': 'postgresql://u@127.0.0.1:1/d?options=%00',
  'a service of nobody': 'service=nobody',
  'nothing but blanks': '   ',
};

const reach = { PGHOST: '127.0.0.1', PGPORT: '1', PGCONNECT_TIMEOUT: '3' };
const ENVIRONMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'PGPORT of words': { ...reach, PGPORT: 'x' },
  'PGPORT out of range': { ...reach, PGPORT: '70000' },
  'PGPORT of 1': reach,
  'PGHOST of nobody': { ...reach, PGHOST: 'no.such.host.invalid' },
  'PGHOST with a newline': { ...reach, PGHOST: 'a\nerror: faked' },
  'PGHOST that turns around': { ...reach, PGHOST: '\u202Eabc' },
  'PGSSLMODE of nobody': { ...reach, PGSSLMODE: 'perhaps' },
  'PGCONNECT_TIMEOUT of words': { ...reach, PGCONNECT_TIMEOUT: 'soon' },
  'PGSERVICE of nobody': { ...reach, PGSERVICE: 'nobody' },
  'PGSERVICE with a bracket': { ...reach, PGSERVICE: ']\n[x' },
  'PGSERVICEFILE that is not there': { PGSERVICE: 'x', PGSERVICEFILE: '/nowhere/at/all' },
  'PGSERVICEFILE that is a folder': { PGSERVICE: 'x', PGSERVICEFILE: '/' },
  'PGSERVICEFILE that never ends': { PGSERVICE: 'x', PGSERVICEFILE: '/dev/null' },
  'PGSYSCONFDIR of nobody': { PGSERVICE: 'x', PGSERVICEFILE: '/nowhere', PGSYSCONFDIR: '/nowhere' },
  'PGPASSFILE that is a folder': { ...reach, PGPASSFILE: '/' },
  'PGUSER with an escape': { ...reach, PGUSER: '\u001b[2J' },
  'PGOPTIONS of nonsense': { ...reach, PGOPTIONS: '--; drop table note' },
};

export const DSN_CASES: readonly DsnCase[] = [
  ...Object.entries(DSNS).map(([name, dsn]) => ({ name, dsn })),
  ...Object.entries(ENVIRONMENTS).map(([name, env]) => ({ name, env })),
  ...SECRETS.flatMap((secret, i) => [
    {
      name: `password ${String(i)} in a URI`,
      dsn: `postgresql://u:${encodeURIComponent(secret)}@127.0.0.1:1/d?connect_timeout=3`,
    },
    {
      name: `password ${String(i)} in a URI as it is`,
      dsn: `postgresql://u:${secret}@127.0.0.1:1/%`,
    },
    {
      name: `password ${String(i)} in keywords`,
      dsn: `${away} password='${secret.replaceAll(/['\\]/g, '\\$&')}'`,
    },
    { name: `password ${String(i)} in keywords as it is`, dsn: `host password=${secret}` },
    { name: `password ${String(i)} as a key`, dsn: `${away} ${secret}=x` },
    {
      name: `password ${String(i)} in a parameter as it is`,
      dsn: `postgresql://u@127.0.0.1:1/d?connect_timeout=3&password=${secret}`,
    },
    {
      name: `password ${String(i)} in a URI without a database`,
      dsn: `postgresql://u:${secret}@127.0.0.1`,
    },
    { name: `password ${String(i)} in PGPASSWORD`, env: { ...reach, PGPASSWORD: secret } },
  ]),
];

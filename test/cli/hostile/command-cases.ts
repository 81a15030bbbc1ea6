/** A command line, and the exit codes that are right for it. */
export interface CommandCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly codes: readonly number[];
}

const refused = (args: readonly string[]): CommandCase => ({
  name: args.map((arg) => JSON.stringify(arg.slice(0, 40))).join(' '),
  args,
  codes: [2, 3],
});

const NONSENSE: readonly (readonly string[])[] = [
  ['nonsense'],
  ['vaildate'],
  ['constructor'],
  ['__proto__'],
  [''],
  [' '],
  ['--'],
  ['-'],
  ['--nonsense'],
  ['-x'],
  ['\u001b[2J'],
  ['a\nerror: faked'],
  ['\u202Eabc'],
  ['n'.repeat(50_000)],
  ['help', 'nonsense', 'more'],
  ['validate'],
  ['validate', ''],
  ['validate', '/'],
  ['validate', '/nowhere'],
  ['validate', '/etc/hostname/x'],
  ['validate', 'a\nb.yaml'],
  ['validate', '\u001b[2J.yaml'],
  ['validate', 'f'.repeat(10_000)],
  ['validate', '--nonsense', 'x.yaml'],
  ['plan'],
  ['plan', 'x.yaml', 'y.yaml'],
  ['plan', 'x.yaml', '--format', 'xml'],
  ['plan', 'x.yaml', '--format'],
  ['plan', '--out'],
  ['run'],
  ['run', '--plan'],
  ['run', '--plan', '/'],
  ['run', '--plan', '/nowhere'],
  ['run', '--plan', '/dev/null'],
  ['run', '--plan', 'x.json', '-p', 'a=b'],
  ['run', 'x.yaml', '--log-format', 'xml'],
  ['run', '/dev/null'],
  ['run', 'x.yaml', '--inventory'],
  ['run', 'x.yaml', '--inventory', '/'],
  ['run', '--inventory', '/dev/null'],
  ['run', 'x.yaml', '--shard', '1/2'],
  ['run', 'x.yaml', '--inventory', '/dev/null', '--shard', '0/0'],
  ['run', 'x.yaml', '--inventory', '/dev/null', '--shard', `1/${'9'.repeat(400)}`],
  ['run', 'x.yaml', '--inventory', '/dev/null', '--pass', "x'; drop table note; --"],
  ['run', 'x.yaml', '--inventory', '/dev/null', '--pass', '../../up'],
  ['run', 'x.yaml', '--inventory', '/dev/null', '--tag', '\u001b[2J'],
  ['schema'],
  ['schema', 'nonsense'],
  ['schema', '__proto__'],
  ['explain'],
  ['explain', 'constructor'],
  ['grants'],
  ['status', 'a', 'b'],
  ['wait'],
  ['why'],
  ['cancel'],
  ['cancel', '--step'],
  ['resume'],
  ['resume', '--log-format', 'x', 'y'],
  ['unpause', 'a', 'b'],
  ['pause'],
  ['pause', '--reason'],
  ['prune', 'x'],
];

const TIMES = [
  '',
  ' ',
  '-1s',
  '1',
  '1.5h',
  '1s1h',
  '99999999999999999999d',
  '1e3s',
  'Infinity',
  "1h'; drop table note; --",
  '9'.repeat(1_000),
];

const RUNS = [
  "x'; drop table note; --",
  '%',
  '_',
  '%%%s%I',
  '$1',
  '\\',
  '"',
  'a\nb',
  '\u001b[2J',
  '\u202Ex',
  'LATEST',
  '../../etc/passwd',
  'r'.repeat(50_000),
];

/** Those that need a server: it is there, and its ledger is empty. */
export const COMMAND_CASES: readonly CommandCase[] = [
  ...NONSENSE.map(refused),
  ...TIMES.flatMap((time, i) => [
    refused(['wait', 'latest', `--timeout=${time}`]),
    refused(
      i % 2 === 0 ? ['prune', `--keep=${time}`] : ['pause', '--reason', 'x', `--until=${time}`],
    ),
  ]),
  ...['0000-00-00T00:00:00Z', '2000-01-01T00:00:00Z', '2999-01-01', '+999999-01-01T00:00:00Z'].map(
    (until) => refused(['pause', '--reason', 'x', '--until', until]),
  ),
  ...RUNS.flatMap((id, i) => [
    refused(['status', id]),
    refused([['why', 'cancel', 'resume', 'wait', 'unpause'][i % 5]!, id]),
  ]),
];

/** Names that break whoever puts them into SQL, a shell, a format string or a pattern unquoted. */
const HOSTILE: readonly string[] = [
  'select',
  'table',
  'user',
  'Mixed Case',
  'with space ',
  ' leading',
  "o'brien",
  "''",
  'say "hi"',
  '"',
  '""',
  'back\\slash',
  '\\',
  "E'\\n'",
  'a.b',
  '.',
  'public.t',
  'x; drop table y; --',
  '--',
  '/* */',
  '/*',
  'line\nbreak',
  'tab\tstop',
  'cr\r\nlf',
  'größe',
  'имя',
  '表',
  'جدول',
  'e\u0301',
  '🐘',
  '👩‍👩‍👧',
  '1st',
  '007',
  '-1',
  '%I',
  '%s%L%%',
  '$1',
  '$$',
  '$x$',
  ":'x'",
  ':"x"',
  ':name',
  '${param}',
  '*',
  '?',
  'a*b?',
  '[a-z]',
  '(a|b)+',
  '^x$',
  '{}',
  '#hash',
  '& anchor',
  '!tag',
  'true',
  'null',
  '~',
  'a,b',
  '<b>html</b>',
  '\u200bzero',
  '\u202ertl',
];

/** PostgreSQL's names are of 63 bytes at most. */
const MAX_BYTES = 63;

function cut(name: string): string {
  let text = name;
  while (Buffer.byteLength(text) > MAX_BYTES) text = Array.from(text).slice(0, -1).join('');
  return text;
}

/** `count` different hostile names, some of them as long as a name can be. */
export function hostileNames(count: number): string[] {
  const names = new Set(HOSTILE);
  for (let i = 0; names.size < count; i += 1) {
    const base = HOSTILE[i % HOSTILE.length] ?? '';
    names.add(cut(i % 3 === 0 ? `${String(i)}${base.repeat(64)}` : `${base}${String(i)}`));
  }
  return [...names].slice(0, count);
}

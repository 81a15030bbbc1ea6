import type { CommandWords, OptionWords } from './tree.js';

const PATH_OPTIONS = ['--inventory', '--plan', '--out', '--report', '--metrics'];

/** Within single quotes of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function isPath({ long }: OptionWords): boolean {
  return PATH_OPTIONS.includes(long);
}

/** Words of a command that the line may go on with. */
function wordsOf({ options, choices }: CommandWords): string {
  return [...options.map(({ long }) => long), ...choices].join(' ');
}

function valueCases({ options }: CommandWords): string[] {
  return options.flatMap((option) => {
    const key = [option.long, ...(option.short === undefined ? [] : [option.short])].join('|');
    if (option.choices.length > 0) {
      return [`        ${key}) words=${quoted(option.choices.join(' '))}; files=no ;;`];
    }
    if (!option.takesValue) return [];
    return [`        ${key}) words=''; files=${isPath(option) ? 'yes' : 'no'} ;;`];
  });
}

/** Completion for bash; needs nothing but bash itself. Pure. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.flatMap((command) => {
    const values = valueCases(command);
    return [
      `    ${command.name})`,
      `      words=${quoted(wordsOf(command))}; files=${command.takesFiles ? 'yes' : 'no'}`,
      ...(values.length === 0 ? [] : ['      case "$previous" in', ...values, '      esac']),
      '      ;;',
    ];
  });
  return [
    '# bash completion of pg-runbook: eval "$(pg-runbook completion bash)"',
    '_pg_runbook() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"',
    '  local words files=no',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    `    *) words=${quoted(commands.map(({ name }) => name).join(' '))} ;;`,
    '  esac',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words=${quoted(commands.map(({ name }) => name).join(' '))}; files=no`,
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  if [ "$files" = yes ]; then COMPREPLY+=($(compgen -f -- "$current")); fi',
    '}',
    'complete -o filenames -F _pg_runbook pg-runbook',
    '',
  ].join('\n');
}

/** What zsh takes for the end of a description or of a word. */
const zshText = (text: string): string =>
  text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");

function zshOption(option: OptionWords): string {
  const action =
    option.choices.length > 0 ? `(${option.choices.join(' ')})` : isPath(option) ? '_files' : '';
  const value = option.takesValue ? `:${option.long.slice(2)}:${action}` : '';
  return `'${option.long}[${zshText(option.description)}]${value}'`;
}

/** Completion for zsh. Pure. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.map((command) => {
    const rest =
      command.choices.length > 0
        ? `'*:word:(${command.choices.join(' ')})'`
        : `'*:argument:${command.takesFiles ? '_files' : ''}'`;
    return `    ${command.name}) _arguments ${[...command.options.map(zshOption), rest].join(' ')} ;;`;
  });
  return [
    '#compdef pg-runbook',
    '# zsh completion of pg-runbook: pg-runbook completion zsh > "${fpath[1]}/_pg-runbook"',
    '_pg_runbook() {',
    '  if (( CURRENT == 2 )); then',
    '    local -a commands=(',
    ...commands.map(({ name, description }) => `      '${name}:${zshText(description)}'`),
    '    )',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $command in',
    ...cases,
    '  esac',
    '}',
    'if [ "$funcstack[1]" = "_pg_runbook" ]; then _pg_runbook "$@"; else compdef _pg_runbook pg-runbook; fi',
    '',
  ].join('\n');
}

const fishText = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

function fishOption(command: string, option: OptionWords): string {
  const { long, short, takesValue, choices, description } = option;
  return [
    'complete -c pg-runbook',
    `-n '__fish_seen_subcommand_from ${command}'`,
    `-l ${long.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(takesValue ? [isPath(option) ? '-rF' : '-rf'] : []),
    ...(choices.length === 0 ? [] : [`-a ${fishText(choices.join(' '))}`]),
    `-d ${fishText(description)}`,
  ].join(' ');
}

/** Completion for fish. Pure. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  return [
    '# fish completion of pg-runbook: pg-runbook completion fish > ~/.config/fish/completions/pg-runbook.fish',
    'complete -c pg-runbook -f',
    ...commands.flatMap(({ name, description, options, choices, takesFiles }) => [
      `complete -c pg-runbook -n __fish_use_subcommand -a ${name} -d ${fishText(description)}`,
      ...(takesFiles ? [`complete -c pg-runbook -n '__fish_seen_subcommand_from ${name}' -F`] : []),
      ...(choices.length === 0
        ? []
        : [
            `complete -c pg-runbook -n '__fish_seen_subcommand_from ${name}' -a ${fishText(choices.join(' '))}`,
          ]),
      ...options.map((option) => fishOption(name, option)),
    ]),
    '',
  ].join('\n');
}

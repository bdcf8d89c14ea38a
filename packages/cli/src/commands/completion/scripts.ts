import type { Command } from '../command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

type Commands = Readonly<Record<string, Command>>;

const optionsOf = ({ options }: Command): string[] =>
  Object.keys(options).map((option) => option.split(' ')[0] ?? option);

/** The completion script of a shell: commands, their options, and the values of options. */
export function completionScript(shell: Shell, commands: Commands): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: Commands): string {
  const cases = Object.entries(commands).map(
    ([name, command]) => `    ${name}) words='${optionsOf(command).concat('--help').join(' ')}' ;;`,
  );
  const values = Object.values(commands)
    .flatMap(({ values = {} }) => Object.entries(values))
    .map(
      ([option, words]) =>
        `    ${option}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur")); return ;;`,
    );
  return `# tenantry completion bash >> ~/.bashrc
_tenantry() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$prev" in
${[...new Set(values)].join('\n')}
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words='${Object.keys(commands).join(' ')} --help --version' ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words='${Object.keys(commands).join(' ')} --help --version'; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _tenantry tenantry
`;
}

const plain = (text: string) => text.replace(/['\\[\]:]/g, ' ');

function zsh(commands: Commands): string {
  const list = Object.entries(commands).map(
    ([name, { summary }]) => `    '${name}:${plain(summary)}'`,
  );
  const cases = Object.entries(commands).map(([name, command]) => {
    const options = Object.entries(command.options).map(([option, text]) => {
      const [flag = '', value] = option.split(' ');
      const words = command.values?.[flag];
      const takes =
        value === undefined
          ? ''
          : `:value:${words === undefined ? '_files' : `(${words.join(' ')})`}`;
      return `'${flag}[${plain(text)}]${takes}'`;
    });
    return `    ${name}) _arguments ${options.concat("'--help[show the options]'").join(' ')} ;;`;
  });
  return `#compdef tenantry
# tenantry completion zsh > "\${fpath[1]}/_tenantry"
_tenantry() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=\${words[2]}
  shift words; (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
compdef _tenantry tenantry
`;
}

function fish(commands: Commands): string {
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = Object.entries(commands).flatMap(([name, command]) => [
    `complete -c tenantry -n __fish_use_subcommand -a ${name} -d ${quote(command.summary)}`,
    ...Object.entries(command.options).map(([option, text]) => {
      const [flag = '', value] = option.split(' ');
      const words = command.values?.[flag];
      const takes =
        value === undefined ? '' : words === undefined ? ' -r' : ` -x -a ${quote(words.join(' '))}`;
      return `complete -c tenantry -n ${quote(`__fish_seen_subcommand_from ${name}`)} -l ${flag.slice(2)}${takes} -d ${quote(text)}`;
    }),
  ]);
  return `# tenantry completion fish > ~/.config/fish/completions/tenantry.fish
complete -c tenantry -f
${lines.join('\n')}
`;
}

import type { CommandOption, FeatureCommand } from '@tenantry/rls/feature';
import { type Commands, explanation } from '../../kit/usage.ts';
import { firstWords, groupsOf } from './groups.ts';

const plain = (text: string) => text.replace(/['\\[\]:]/g, ' ');

export function zsh(commands: Commands): string {
  const groups = groupsOf(commands);
  const described = (words: readonly (readonly [string, string])[]) =>
    words.map(([word, text]) => `'${word}:${plain(text)}'`).join(' ');
  const list = firstWords(commands).map(
    (word) => [word, commands[word]?.summary ?? (groups[word] ?? []).join(', ')] as const,
  );
  const inner = Object.entries(groups).map(
    ([name, words]) =>
      `    ${name}) inner=(${described(words.map((word) => [word, commands[`${name} ${word}`]?.summary ?? '']))}) ;;`,
  );
  const cases = Object.entries(commands).map(
    ([name, command]) => `    '${name}') _arguments ${argumentsOf(command).join(' ')} ;;`,
  );
  return `#compdef tenantry
# tenantry completion zsh > "\${fpath[1]}/_tenantry"
_tenantry() {
  local -a commands=(${described(list)}) inner=()
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=\${words[2]}
  shift words; (( CURRENT-- ))
  case $name in
${inner.join('\n')}
  esac
  if (( \${#inner} )); then
    if (( CURRENT == 2 )); then
      _describe command inner
      return
    fi
    name="$name \${words[2]}"
    shift words; (( CURRENT-- ))
  fi
  case $name in
${cases.join('\n')}
  esac
}
compdef _tenantry tenantry
`;
}

function argumentsOf({ options, positionals }: FeatureCommand): string[] {
  return [
    ...Object.entries(positionals).map(
      ([name, option], i) => `'${i + 1}:${name}:${valuesOf(option)}'`,
    ),
    ...Object.entries(options).map(([name, option]) => {
      const takes = option.type === 'flag' ? '' : `:value:${valuesOf(option)}`;
      return `'--${name}[${plain(explanation(option))}]${takes}'`;
    }),
    "'--help[Show the options.]'",
  ];
}

function valuesOf(option: CommandOption): string {
  if (option.type === 'choice') return `(${option.of.join(' ')})`;
  return option.type === 'text' && option.value === 'file' ? '_files' : ' ';
}

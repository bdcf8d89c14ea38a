import type { FeatureCommand } from '@tenantry/rls/feature';
import type { Commands } from '../../kit/usage.ts';
import { firstWords, groupsOf } from './groups.ts';

const files = `COMPREPLY=($(compgen -f -- "$cur")); return`;

export function bash(commands: Commands): string {
  const groups = groupsOf(commands);
  const names = Object.keys(groups);
  const inGroup =
    names.length === 0
      ? ''
      : `  case "$name" in
    ${names.join('|')}) if [ "$COMP_CWORD" -gt 2 ]; then name="$name \${COMP_WORDS[2]}"; fi ;;
  esac
`;
  const cases = [
    ...Object.entries(groups).map(([name, words]) => `    ${name}) words='${words.join(' ')}' ;;`),
    ...Object.entries(commands).map(([name, command]) => caseOf(name, command)),
  ];
  return `# tenantry completion bash >> ~/.bashrc
_tenantry() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words
  local name="\${COMP_WORDS[1]}"
${inGroup}  if [ "$COMP_CWORD" -eq 1 ]; then name=''; fi
  case "$name" in
${cases.join('\n')}
    '') words='${firstWords(commands).join(' ')} help --help --version' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _tenantry tenantry
`;
}

function caseOf(name: string, { options, positionals }: FeatureCommand): string {
  const values = Object.entries(options).flatMap(([each, option]) => {
    if (option.type === 'flag') return [];
    if (option.type === 'choice') return [`        --${each}) words='${option.of.join(' ')}' ;;`];
    const isFile = option.type === 'text' && option.value === 'file';
    return [`        --${each}) ${isFile ? files : 'return'} ;;`];
  });
  const words = [
    ...Object.values(positionals).flatMap((each) => (each.type === 'choice' ? each.of : [])),
    ...Object.keys(options).map((each) => `--${each}`),
    '--help',
  ];
  return `    '${name}')
      case "$prev" in
${[...values, `        *) words='${words.join(' ')}' ;;`].join('\n')}
      esac ;;`;
}

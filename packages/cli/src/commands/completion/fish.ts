import type { CommandOption } from '@tenantry/rls/feature';
import { type Commands, explanation } from '../../kit/usage.ts';
import { firstWords, groupsOf } from './groups.ts';

const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
const seen = (...words: readonly string[]) => `__fish_seen_subcommand_from ${words.join(' ')}`;

export function fish(commands: Commands): string {
  const groups = groupsOf(commands);
  const complete = (when: string, rest: string) => `complete -c tenantry -n ${quote(when)} ${rest}`;
  const first = firstWords(commands).map((word) => {
    const text = commands[word]?.summary ?? (groups[word] ?? []).join(', ');
    return complete('__fish_use_subcommand', `-a ${word} -d ${quote(text)}`);
  });
  const second = Object.entries(groups).flatMap(([name, words]) =>
    words.map((word) =>
      complete(
        `${seen(name)}; and not ${seen(...words)}`,
        `-a ${word} -d ${quote(commands[`${name} ${word}`]?.summary ?? '')}`,
      ),
    ),
  );
  // `billing doctor` is not `doctor`
  const others = Object.keys(groups);
  const alone = others.length === 0 ? '' : `; and not ${seen(...others)}`;
  const options = Object.entries(commands).flatMap(([name, command]) => {
    const [one = '', two] = name.split(' ');
    const when = two === undefined ? `${seen(one)}${alone}` : `${seen(one)}; and ${seen(two)}`;
    return [
      ...Object.values(command.positionals).flatMap((option) =>
        option.type === 'choice' ? [complete(when, `-a ${quote(option.of.join(' '))}`)] : [],
      ),
      ...Object.entries(command.options).map(([each, option]) =>
        complete(when, `-l ${each}${valuesOf(option)} -d ${quote(explanation(option))}`),
      ),
    ];
  });
  return `# tenantry completion fish > ~/.config/fish/completions/tenantry.fish
complete -c tenantry -f
${[...first, ...second, ...options].join('\n')}
`;
}

function valuesOf(option: CommandOption): string {
  if (option.type === 'flag') return '';
  if (option.type === 'choice') return ` -x -a ${quote(option.of.join(' '))}`;
  return option.type === 'text' && option.value === 'file' ? ' -r -F' : ' -x';
}

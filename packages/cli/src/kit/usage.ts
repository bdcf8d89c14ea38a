import type { CommandOption, FeatureCommand } from '@tenantry/rls/feature';

/** Commands by their words: `audit seal`. */
export type Commands = Readonly<Record<string, FeatureCommand>>;

/** The word for the value of an option: `file`, `ndjson|csv`; undefined for a flag. */
export function valueWord(option: CommandOption): string | undefined {
  switch (option.type) {
    case 'flag':
      return undefined;
    case 'choice':
      return option.of.join('|');
    case 'whole':
      return 'number';
    case 'text':
      return option.value;
  }
}

/** An option as it is typed: `--out <file>`. */
export function spelling(name: string, option: CommandOption): string {
  const word = valueWord(option);
  return word === undefined ? `--${name}` : `--${name} <${word}>`;
}

/** What an option does, its range and its default. */
export function explanation(option: CommandOption): string {
  const { summary } = option;
  if (option.type === 'flag') return summary;
  const range = option.type === 'whole' ? ` From ${option.min} to ${option.max}.` : '';
  const start = option.default === undefined ? '' : ` Default: ${option.default}.`;
  return `${summary}${range}${option.required ? ' Required.' : ''}${start}`;
}

/** The first line of the help: `tenantry completion <bash|zsh|fish>`. */
export function synopsis(name: string, { options, positionals }: FeatureCommand): string {
  const words = Object.entries(positionals).map(
    ([each, option]) => `<${option.type === 'choice' ? option.of.join('|') : each}>`,
  );
  const rest = Object.keys(options).length === 0 ? [] : ['[options]'];
  return ['tenantry', name, ...words, ...rest].join(' ');
}

/** The text of `tenantry <command> --help`. */
export function usageOf(name: string, command: FeatureCommand): string {
  const lines: [string, string][] = [
    ...Object.entries(command.positionals).map(([each, option]): [string, string] => [
      `<${each}>`,
      explanation(option),
    ]),
    ...Object.entries(command.options).map(([each, option]): [string, string] => [
      spelling(each, option),
      explanation(option),
    ]),
  ];
  const text = [`Usage: ${synopsis(name, command)}`, '', command.summary];
  return [...text, ...(lines.length === 0 ? [] : ['', ...columns(lines)])].join('\n');
}

/** The text of `tenantry --help`. */
export function overviewOf(commands: Commands): string {
  const lines = Object.entries(commands).map(([name, { summary }]): [string, string] => [
    name,
    summary,
  ]);
  return [
    'Usage: tenantry <command> [options]',
    '',
    ...columns(lines),
    '',
    'tenantry <command> --help shows its options; tenantry --version the version.',
    'Features in tenantry.config.ts bring commands of their own.',
  ].join('\n');
}

function columns(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([first]) => first.length));
  return lines.map(([first, text]) => `  ${first.padEnd(width)}  ${text}`);
}

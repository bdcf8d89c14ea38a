import { parseArgs } from 'node:util';
import type { CommandOption, FeatureCommand } from '@tenantry/rls/feature';
import { suggestion } from './nearest.ts';
import { UsageError } from './usage-error.ts';

const number = /^-\d+$/;

type Value = string | number | boolean | undefined;

/** The values of a command line. */
export interface Arguments {
  readonly options: Readonly<Record<string, Value>>;
  readonly positionals: Readonly<Record<string, Value>>;
  readonly help: boolean;
}

/**
 * Reads a command line against the declaration of its command.
 * @throws UsageError names what is wrong, and what was probably meant
 */
export function readArguments(
  { options, positionals }: Pick<FeatureCommand, 'options' | 'positionals'>,
  argv: readonly string[],
): Arguments {
  const known = Object.entries(options).map(([name, { type }]) => [
    name,
    { type: type === 'flag' ? 'boolean' : 'string' } as const,
  ]);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(known),
    strict: false,
    tokens: true,
  });
  const isHelp = tokens.some(
    (token) => token.kind === 'option' && ['--help', '-h'].includes(token.rawName),
  );
  if (isHelp) return { options: {}, positionals: {}, help: true };
  const given: Record<string, Value> = {};
  const words: string[] = [];
  let numbers = -1;
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    // a negative number, such as an id, is no group of options; its digits are tokens of one index
    const word = argv[token.index] ?? '';
    if (number.test(word)) {
      if (numbers !== token.index) words.push(word);
      numbers = token.index;
      continue;
    }
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined || !token.rawName.startsWith('--')) {
      const names = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(`Unknown option ${token.rawName}.${suggestion(token.rawName, names)}`);
    }
    given[token.name] = textOf(token.rawName, option, token.value, token.inlineValue === true);
  }
  return {
    options: valuesOf(options, given, '--'),
    positionals: inOrder(positionals, words),
    help: false,
  };
}

function textOf(
  name: string,
  { type }: CommandOption,
  value: string | undefined,
  isInline: boolean,
): string | true {
  if (type === 'flag') {
    if (isInline) throw new UsageError(`${name} takes no value.`);
    return true;
  }
  const isOption = !isInline && value?.startsWith('-') === true && !number.test(value);
  if (value === undefined || isOption || value === '') {
    throw new UsageError(
      `${name} needs a value; write ${name}=<value> for one that begins with -.`,
    );
  }
  return value;
}

function inOrder(positionals: FeatureCommand['positionals'], words: readonly string[]) {
  const names = Object.keys(positionals);
  const extra = words[names.length];
  if (extra !== undefined) throw new UsageError(`Unexpected argument ${JSON.stringify(extra)}.`);
  const given = Object.fromEntries(words.map((word, i) => [names[i] ?? '', word]));
  return valuesOf(positionals, given, '');
}

function valuesOf(
  options: FeatureCommand['options'],
  given: Readonly<Record<string, Value>>,
  dashes: string,
): Record<string, Value> {
  const values = Object.entries(options).map(([name, option]) => [
    name,
    checkedValue(`${dashes}${name}`, option, given[name]),
  ]);
  return Object.fromEntries(values);
}

function checkedValue(name: string, option: CommandOption, given: Value): Value {
  if (option.type === 'flag') return given === true;
  if (given === undefined) {
    const isPositional = !name.startsWith('--');
    if (option.default === undefined && (option.required || isPositional)) {
      throw new UsageError(
        `${name} is missing${option.type === 'choice' ? `: ${listed(option.of)}` : ''}.`,
      );
    }
    return option.default;
  }
  const text = String(given);
  const wrong = (words: string) =>
    new UsageError(`${name} is ${JSON.stringify(text)}: use ${words}.`);
  switch (option.type) {
    case 'choice':
      if (!option.of.includes(text)) throw wrong(listed(option.of));
      return text;
    case 'whole': {
      const isWhole = /^[+-]?\d{1,15}$/.test(text);
      const value = Number(text);
      if (!isWhole || value < option.min || value > option.max) {
        throw wrong(`a whole number from ${option.min} to ${option.max}`);
      }
      return value;
    }
    case 'text':
      if (option.form?.pattern.test(text) === false) throw wrong(option.form.words);
      return text;
  }
}

const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

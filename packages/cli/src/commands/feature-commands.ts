import { existsSync } from 'node:fs';
import type { CommandContext, FeatureCommand } from '@tenantry/rls/feature';
import { loadProject } from '../config/load-config.ts';
import type { Command } from './command.ts';

/** A command of a feature in tenantry.config.ts, with its words: `audit verify`. */
export interface FoundCommand {
  readonly name: string;
  readonly command: Command;
  /** The arguments after the words, without `--config`. */
  readonly rest: readonly string[];
}

/** The commands of the features in the configuration, by their words. */
export async function featureCommands(
  configFile: string | undefined,
): Promise<Readonly<Record<string, Command>>> {
  const { tenancy, features, database } = await loadProject(configFile);
  const { DATABASE_URL, SYSTEM_DATABASE_URL } = process.env;
  const url = database.url ?? DATABASE_URL;
  const context: CommandContext = {
    tenancy,
    url,
    systemUrl: database.systemUrl ?? SYSTEM_DATABASE_URL ?? url,
    stdout: process.stdout,
    stderr: process.stderr,
  };
  const loaded = await Promise.all(features.map((feature) => feature.commands?.() ?? {}));
  return Object.fromEntries(
    loaded
      .flatMap(Object.entries<FeatureCommand>)
      .map(([name, command]) => [name, { ...command, run: (argv) => command.run(argv, context) }]),
  );
}

/** Finds the command of the first words of a command line; two words are tried before one. */
export async function findFeatureCommand(
  argv: readonly string[],
): Promise<FoundCommand | undefined> {
  const { configFile, others } = takeConfig(argv);
  // without a project there are no features, so the word is unknown
  if (configFile === undefined && !existsSync('tenantry.config.ts')) return undefined;
  const commands = await featureCommands(configFile);
  for (const words of [2, 1]) {
    const name = others.slice(0, words).join(' ');
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command !== undefined) return { name, command, rest: others.slice(words) };
  }
  return undefined;
}

/** Removes `--config file`, the configuration with the features. */
function takeConfig(argv: readonly string[]) {
  const others: string[] = [];
  let configFile: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '--config') configFile = argv[++i];
    else if (arg.startsWith('--config=')) configFile = arg.slice('--config='.length);
    else others.push(arg);
  }
  return { configFile, others };
}

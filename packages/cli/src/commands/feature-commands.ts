import { existsSync } from 'node:fs';
import type { CommandContext, FeatureCommand } from '@tenantry/rls/feature';
import { loadProject } from '../config/load-config.ts';
import type { Command } from './command.ts';

/** A command that a feature of tenantry.config.ts brings, and its words: `audit verify`. */
export interface FoundCommand {
  readonly name: string;
  readonly command: Command;
  /** The arguments behind the words, without `--config`. */
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

/** Finds the command that the first words of a command line name; two words before one. */
export async function findFeatureCommand(
  argv: readonly string[],
): Promise<FoundCommand | undefined> {
  const { configFile, others } = takeConfig(argv);
  // without a project there are no features, and the word is simply unknown
  if (configFile === undefined && !existsSync('tenantry.config.ts')) return undefined;
  const commands = await featureCommands(configFile);
  for (const words of [2, 1]) {
    const name = others.slice(0, words).join(' ');
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command !== undefined) return { name, command, rest: others.slice(words) };
  }
  return undefined;
}

/** Takes `--config file` out, which says where the commands come from. */
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

import { TenantryError } from '@tenantry/core';
import type { Feature, FeatureCommand } from '@tenantry/rls/feature';
import type { Commands } from '../kit/usage.ts';

/**
 * The commands of features, by their words.
 * @throws TenantryError `CONFIG_INVALID` for one that defineCommand has not made, and for a second one
 *   with the same words
 */
export async function commandsOf(features: readonly Feature[], taken: Commands): Promise<Commands> {
  const found: Record<string, FeatureCommand> = {};
  for (const feature of features) {
    const commands = (await feature.commands?.()) ?? {};
    for (const [name, command] of Object.entries<FeatureCommand>(commands)) {
      const isDeclared = /^\S+( \S+)?$/.test(name) && typeof command.needs === 'string';
      if (!isDeclared) {
        throw new TenantryError('CONFIG_INVALID', {
          found: `${JSON.stringify(name)} of the feature ${feature.name} is no command.`,
          fix: 'Name it with one or two words, and make it with defineCommand of @tenantry/rls/feature.',
        });
      }
      const first = name.split(' ')[0] ?? name;
      if (Object.hasOwn(found, name) || Object.hasOwn(taken, first)) {
        throw new TenantryError('CONFIG_INVALID', {
          found: `a second command ${JSON.stringify(name)}, of the feature ${feature.name}.`,
          fix: 'Give it other words.',
        });
      }
      found[name] = command;
    }
  }
  return found;
}

/** The command of the first words of a command line; two words are tried before one. */
export function findCommand(argv: readonly string[], commands: Commands) {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command !== undefined) return { name, command, rest: argv.slice(words) };
  }
  return undefined;
}

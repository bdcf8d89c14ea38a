import './errors.ts';
import { createRequire } from 'node:module';
import { type Command, usageOf } from './commands/command.ts';
import { completionCommand } from './commands/completion/command.ts';
import { doctorCommand } from './commands/doctor/command.ts';
import { featureCommands, findFeatureCommand } from './commands/feature-commands.ts';
import { generateCommand } from './commands/generate/command.ts';
import { infoCommand } from './commands/info/command.ts';
import { initCommand } from './commands/init/command.ts';
import { maintainCommand } from './commands/maintain/command.ts';
import { printError } from './output.ts';

/** The commands of `tenantry` itself, by name. The configuration adds those of features. */
const commands: Readonly<Record<string, Command>> = {
  init: initCommand,
  generate: generateCommand,
  doctor: doctorCommand,
  maintain: maintainCommand,
  info: infoCommand,
  completion: completionCommand(() => commands),
};

/**
 * Runs a command line.
 * @returns the exit code: 0 fine, 1 found or failed, 2 the command line is wrong.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overview({ ...commands, ...(await featureCommands(undefined).catch(() => ({}))) }));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    console.log(version());
    return 0;
  }
  try {
    const own = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const found = own === undefined ? await findFeatureCommand(argv) : { name, command: own, rest };
    if (found === undefined) return unknown(name);
    if (found.rest.includes('--help') || found.rest.includes('-h')) {
      console.log(usageOf(found.name, found.command));
      return 0;
    }
    return await found.command.run(found.rest);
  } catch (error) {
    return printError(error);
  }
}

// The manifest is one folder up, from src and from dist.
const version = (): string =>
  (createRequire(import.meta.url)('../package.json') as { version: string }).version;

function unknown(name: string): number {
  const text = `tenantry has no command ${JSON.stringify(name)}.`;
  console.error(`${text}\n\n${overview(commands)}`);
  return 2;
}

function overview(shown: Readonly<Record<string, Command>>): string {
  const width = Math.max(...Object.keys(shown).map((name) => name.length));
  const lines = Object.entries(shown).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return [
    'Usage: tenantry <command> [options]',
    '',
    ...lines,
    '',
    'tenantry <command> --help shows its options; tenantry --version the version.',
    'Features in tenantry.config.ts bring commands of their own.',
  ].join('\n');
}

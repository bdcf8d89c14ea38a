import { createRequire } from 'node:module';
import { type Command, usageOf } from './commands/command.ts';
import { generateCommand } from './commands/generate/command.ts';
import { printError } from './output.ts';

/** Every command of `tenantry`, by its name. A new command hangs here. */
const commands: Readonly<Record<string, Command>> = { generate: generateCommand };

/**
 * Runs a command line.
 * @returns the exit code: 0 fine, 1 found or failed, 2 the command line is wrong.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    console.log(version());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`tenantry has no command ${JSON.stringify(name)}.\n\n${overview()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(usageOf(name, command));
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    return printError(error);
  }
}

// From src as from dist, the manifest lies one folder up.
const version = (): string =>
  (createRequire(import.meta.url)('../package.json') as { version: string }).version;

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return [
    'Usage: tenantry <command> [options]',
    '',
    ...lines,
    '',
    'tenantry <command> --help shows its options; tenantry --version the version.',
  ].join('\n');
}

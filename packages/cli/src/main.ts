import './errors.ts';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { commandsOf, findCommand } from './commands/feature-commands.ts';
import { ownCommands } from './commands/index.ts';
import { loadEnvironment } from './config/environment.ts';
import { loadProject, type Project } from './config/load-config.ts';
import { execute } from './kit/execute.ts';
import { suggestion } from './kit/nearest.ts';
import type { Streams } from './kit/print.ts';
import { type Commands, overviewOf, usageOf } from './kit/usage.ts';
import { UsageError } from './kit/usage-error.ts';
import { printError } from './output.ts';

const defaultConfig = 'tenantry.config.ts';

/**
 * Runs a command line.
 * @returns the exit code: 0 fine, 1 found or failed, 2 the command line is wrong.
 */
export async function main(
  argv: readonly string[],
  streams: Streams = { stdout: process.stdout, stderr: process.stderr },
): Promise<number> {
  try {
    loadEnvironment();
    return await run(argv, streams);
  } catch (error) {
    return printError(error, streams.stderr);
  }
}

async function run(argv: readonly string[], streams: Streams): Promise<number> {
  const print = (text: string) => void streams.stdout.write(`${text}\n`);
  const load = loader();
  const { words, config } = takeConfig(argv);
  const [first] = words;
  if (first === '--version') {
    print(version());
    return 0;
  }
  const asksHelp = first === 'help' || first === '--help' || first === '-h';
  if (first === undefined || (asksHelp && words.length === 1)) {
    print(overviewOf(await allCommands(load, config)));
    return first === undefined ? 2 : 0;
  }
  const named = asksHelp ? words.slice(1) : words;
  const own = findCommand(named, ownCommands);
  const commands = own === undefined ? await featureCommands(load, config) : {};
  const found = own ?? findCommand(named, commands);
  if (found === undefined) return unknown(named, { ...ownCommands, ...commands }, asksHelp, print);
  const { name, command, rest } = found;
  if (asksHelp) {
    print(usageOf(name, command));
    return 0;
  }
  return execute(command, {
    name,
    argv: config === undefined ? rest : [`--config=${config}`, ...rest],
    ...streams,
    loadProject: load,
    ...(own !== undefined && {
      own: (project) => ({
        project,
        loadProject: load,
        allCommands: () => allCommands(load, config),
        streams,
      }),
    }),
  });
}

/** Loads configurations, each once. */
function loader(): (file?: string) => Promise<Project> {
  const loaded = new Map<string, Promise<Project>>();
  return (file = defaultConfig) => {
    const path = resolve(file);
    const project = loaded.get(path) ?? loadProject(file);
    loaded.set(path, project);
    return project;
  };
}

/** The commands of features; none without a project. */
async function featureCommands(
  load: ReturnType<typeof loader>,
  config?: string,
): Promise<Commands> {
  if (config === undefined && !existsSync(defaultConfig)) return {};
  return commandsOf((await load(config)).features, ownCommands);
}

/** Every command. A configuration that cannot be loaded does not stop the help. */
async function allCommands(load: ReturnType<typeof loader>, config?: string): Promise<Commands> {
  return { ...ownCommands, ...(await featureCommands(load, config).catch(() => ({}))) };
}

/** `--config` may stand before the words of a command too, because it says which commands there are. */
function takeConfig(argv: readonly string[]) {
  const words: string[] = [];
  let config: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '--config' && argv[i + 1] !== undefined) config = argv[++i];
    else if (arg.startsWith('--config=')) config = arg.slice('--config='.length);
    else words.push(arg);
  }
  return { words, config };
}

/** Lists the commands of a group such as `audit`; any other word is wrong. */
function unknown(
  words: readonly string[],
  commands: Commands,
  asksHelp: boolean,
  print: (text: string) => void,
): number {
  const group = Object.entries(commands).filter(([name]) => name.startsWith(`${words[0]} `));
  const isGroup =
    group.length > 0 && (asksHelp || words[1] === undefined || words[1].startsWith('-'));
  if (isGroup) {
    print(overviewOf(Object.fromEntries(group)));
    return asksHelp || words.includes('--help') || words.includes('-h') ? 0 : 2;
  }
  const name = words.slice(0, group.length > 0 ? 2 : 1).join(' ');
  const names = Object.keys(commands);
  throw new UsageError(
    `tenantry has no command ${JSON.stringify(name)}.${suggestion(name, names)}\n\n${overviewOf(commands)}`,
  );
}

// The manifest is one folder up, from src and from dist.
const version = (): string =>
  (createRequire(import.meta.url)('../package.json') as { version: string }).version;

import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './root.ts';

export interface CommandOptions {
  /** Folder to run in; the repository's root by default. */
  cwd?: string;
  /** On top of those that this process was started with; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Write to this process's own output instead of collecting it. */
  live?: boolean;
}

/** A command that ended with another exit code than 0; the message is what it printed. */
export class CommandFailed extends Error {
  constructor(command: string, code: number | null, output: string) {
    super(`${output.trimEnd()}\n\`${command}\` ended with ${code ?? 'a signal'}`.trimStart());
    this.name = 'CommandFailed';
  }
}

const running = new Set<ChildProcess>();

/** As it was at the start: a library that builds in this process, such as Vite, sets NODE_ENV. */
const environment = { ...process.env };

/**
 * Runs a command, found in the repository's node_modules/.bin first.
 *
 * @returns what it printed, both streams in the order of their arrival.
 * @throws CommandFailed when its exit code is not 0.
 */
export function command(
  file: string,
  args: readonly string[],
  { cwd = root, env, live = false }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...environment, PATH: path(), ...env },
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    let output = '';
    const collect = (chunk: string) => {
      output += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    running.add(child);
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      if (code === 0) resolve(output);
      else reject(new CommandFailed([file, ...args].join(' '), code, output));
    });
  });
}

/** Runs pnpm, the one that started this process when there is one. */
export function pnpm(args: readonly string[], options?: CommandOptions): Promise<string> {
  const script = process.env.npm_execpath;
  return script?.match(/\.c?js$/)
    ? command(process.execPath, [script, ...args], options)
    : command('pnpm', args, options);
}

/** Ends the commands under way when this process is asked to end. */
export function endCommandsWithUs(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const child of running) child.kill(signal);
      process.exit(130);
    });
  }
}

const path = () => [join(root, 'node_modules/.bin'), environment.PATH].join(delimiter);

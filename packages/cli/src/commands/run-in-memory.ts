import { Writable } from 'node:stream';
import type { TenantryConfig } from '../config/define-config.ts';
import { execute } from '../kit/execute.ts';
import { printError } from '../output.ts';
import { commandsOf, findCommand } from './feature-commands.ts';

/** What a command line has printed, and its exit code. */
export interface CommandOutcome {
  /** 0 fine, 1 found or failed, 2 the command line is wrong. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of a feature, and keeps what it prints. */
export async function runInMemory(
  config: TenantryConfig,
  argv: readonly string[],
): Promise<CommandOutcome> {
  const [stdout, stderr] = [memory(), memory()];
  const outcome = (code: number) => ({ code, stdout: stdout.text(), stderr: stderr.text() });
  try {
    const { tenancy, features = [], database = {}, exempt = {} } = config;
    const found = findCommand(argv, await commandsOf(features, {}));
    if (found === undefined) {
      stderr.stream.write(`✗ No feature has the command ${argv.slice(0, 2).join(' ')}.\n`);
      return outcome(2);
    }
    const code = await execute(found.command, {
      name: found.name,
      argv: found.rest,
      stdout: stdout.stream,
      stderr: stderr.stream,
      loadProject: async () => ({ tenancy, features, database, exempt }),
    });
    return outcome(code);
  } catch (error) {
    return outcome(printError(error, stderr.stream));
  }
}

function memory() {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => chunks.join(''),
  };
}

import { parseArgs } from 'node:util';
import type { Command } from '../command.ts';
import { completionScript, shells } from './scripts.ts';

/** `tenantry completion bash`: prints a script for the shell. */
export const completionCommand = (commands: () => Readonly<Record<string, Command>>): Command => ({
  summary: `Print the completion script of a shell: ${shells.join(', ')}.`,
  options: {},
  async run(argv) {
    const { positionals } = parseArgs({ args: [...argv], options: {}, allowPositionals: true });
    const shell = shells.find((each) => each === positionals[0]);
    if (shell === undefined || positionals.length > 1) {
      console.error(`✗ Usage: tenantry completion ${shells.join('|')}`);
      return 2;
    }
    process.stdout.write(completionScript(shell, commands()));
    return 0;
  },
});

import { ownCommand } from '../../kit/own-command.ts';
import { completionScript, shells } from './scripts.ts';

/** `tenantry completion bash`: prints a script for the shell. */
export const completionCommand = ownCommand({
  summary: 'Print a completion script for your shell.',
  needs: 'none',
  positionals: {
    shell: { type: 'choice', of: shells, summary: 'Print the script of this shell.' },
  },
  async run({ positionals, stdout, allCommands }) {
    stdout.write(completionScript(positionals.shell, await allCommands()));
  },
});

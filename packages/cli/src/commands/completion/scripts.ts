import type { Commands } from '../../kit/usage.ts';
import { bash } from './bash.ts';
import { fish } from './fish.ts';
import { zsh } from './zsh.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

/** The completion script of a shell: commands, their options and arguments, and the values of these. */
export function completionScript(shell: (typeof shells)[number], commands: Commands): string {
  return { bash, zsh, fish }[shell](commands);
}

import type { Commands } from '../../kit/usage.ts';

/** The first words of commands of two words, with the second ones: `audit` → verify, export. */
export function groupsOf(commands: Commands): Readonly<Record<string, readonly string[]>> {
  const groups: Record<string, string[]> = {};
  for (const name of Object.keys(commands)) {
    const [first = '', second] = name.split(' ');
    if (second === undefined) continue;
    groups[first] ??= [];
    groups[first].push(second);
  }
  return groups;
}

/** The first words of all commands, each once. */
export const firstWords = (commands: Commands): string[] => [
  ...new Set(Object.keys(commands).map((name) => name.split(' ')[0] ?? name)),
];

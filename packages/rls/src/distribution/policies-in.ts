import type { Section } from '../generate/section.ts';

const made = /drop policy if exists "((?:[^"]|"")+)" on ((?:"(?:[^"]|"")+"\.)?"(?:[^"]|"")+")/g;

/** The policies that sections make anew, by the quoted name of their table. */
export function policiesIn(sections: readonly Section[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { statements } of sections)
    for (const [, policy = '', table = ''] of statements.join('\n').matchAll(made))
      found.set(table, [...(found.get(table) ?? []), policy.replaceAll('""', '"')]);
  return found;
}

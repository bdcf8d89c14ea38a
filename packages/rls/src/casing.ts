/** Drizzle's `casing` option: how columns without an explicit name are spelled in the database. */
export type Casing = 'snake_case' | 'camelCase';

// The same words as Drizzle's own casing, which it does not export on every version.
const words = (name: string): readonly string[] =>
  name.replace(/['\u2019]/g, '').match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g) ?? [];

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

/** The name of a column in the database. */
export function columnName(column: { readonly name: string }, casing: Casing | undefined): string {
  const { name, keyAsName } = column as { name: string; keyAsName?: boolean };
  if (casing === undefined || keyAsName !== true) return name;
  const all = words(name).map((word) => word.toLowerCase());
  return casing === 'snake_case'
    ? all.join('_')
    : [...all.slice(0, 1), ...all.slice(1).map(capital)].join('');
}

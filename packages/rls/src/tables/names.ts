import type { TableName } from '../model/table.ts';

/** `user_id` → `userId`; a name without underscores stays. */
export const camel = (name: string): string =>
  name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `builtInRoles` → `built_in_roles` */
export const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `projects` and `crm.deals`, as tables are named in tenantry.config.ts. */
export function tableNamed(written: string): TableName {
  const at = written.indexOf('.');
  return at === -1
    ? { schema: 'public', name: written }
    : { schema: written.slice(0, at), name: written.slice(at + 1) };
}

/**
 * The same columns, under their camelCase and under their database names too. What is added is not
 * enumerable, so whoever lists the columns sees each once.
 */
export function withAliases<T extends object>(columns: T, of: object = columns): T {
  for (const [key, column] of Object.entries(of)) {
    const { name } = column as { readonly name?: unknown };
    if (typeof name !== 'string') continue;
    for (const alias of [name, camel(name), camel(key)]) {
      if (alias in columns) continue;
      Object.defineProperty(columns, alias, { value: column, enumerable: false });
    }
  }
  return columns;
}

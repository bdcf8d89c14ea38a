import type { TableLike } from '../fragments/drizzle.ts';

// Stored on the table itself, like the isolation notes and for the same reason.
const key = Symbol.for('@tenantry/rls/marks@1');

interface Marked {
  [key]?: Map<string, unknown>;
}

/**
 * Marks a table as part of a feature, so that `Feature.sql` can find it; a package calls it in its
 * fragments. `value` is data of the package for `Feature.sql`.
 *
 * @example
 * ```ts
 * markTable(tableOf(t.key), 'rbac:roles');
 * ```
 */
export function markTable(table: TableLike, mark: string, value: unknown = true): void {
  const host = table as Marked;
  if (host[key] === undefined) {
    Object.defineProperty(host, key, { value: new Map(), enumerable: false });
  }
  host[key]?.set(mark, value);
}

/** The value of a mark of a table; undefined when it has none. */
export const markOf = (table: TableLike, mark: string): unknown =>
  (table as Marked)[key]?.get(mark);

/** The marks of a table: `rbac:roles`. */
export const marksOf = (table: TableLike): readonly string[] => [
  ...((table as Marked)[key]?.keys() ?? []),
];

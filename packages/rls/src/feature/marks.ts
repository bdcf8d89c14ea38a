import type { TableLike } from '../fragments/drizzle.ts';

// On the table itself, as the notes of isolation are, for the same reason.
const key = Symbol.for('@tenantry/rls/marks@1');

interface Marked {
  [key]?: Map<string, unknown>;
}

/**
 * Says that a table plays a part in a feature, for `Feature.sql` to find it by: a package calls it in
 * its fragments. `value` is what else the package wants to know there.
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

/** What was said of a table under a mark; undefined when it has none. */
export const markOf = (table: TableLike, mark: string): unknown =>
  (table as Marked)[key]?.get(mark);

import { check, checkType, typeName } from '@tenantry/core/errors';
import { type ColumnsLike, type Fragment, markTable, tableOf } from '@tenantry/rls/feature';

/**
 * What stands for the values of a column in a copy:
 * - `'email'`: `user-3f0c9a…@masked.example`; `'name'`: a name; `'phone'`: a number that nobody has;
 * - `'text'`: a text of about the same length;
 * - `'null'`: nothing;
 * - `{ value }`: the same value for every row; for json a text of it;
 * - `{ sql }`: an expression on the row `t`, as `left(t.zip, 2)`; the server computes it;
 * - `'unmasked'`: the value itself.
 */
export type Mask =
  | 'email'
  | 'name'
  | 'phone'
  | 'text'
  | 'null'
  | 'unmasked'
  | { readonly value: string | number | boolean }
  | { readonly sql: string };

/** The masks of a table, by the properties of its columns. */
export type Masks<P extends string> = { readonly [K in P]?: Mask };

/** The mark of tables with `masked(t, …)`. */
export const maskedMark = 'placements:masked';

const words = ['email', 'name', 'phone', 'text', 'null', 'unmasked'];

/**
 * Says what stands for the values of columns in a copy of a tenant: `tenantry tenants clone`, and
 * `tenantry tenants export --masked`. Equal values of a column get equal masks within a copy, also in
 * other tables, so that what refers to them still does; null stays null. Masks are made by HMAC-SHA-256 with
 * `MASKING_KEY` of the environment, or else with a key of this copy alone.
 *
 * Emits nothing that drizzle-kit writes; `tenantry generate` puts the masks into the function
 * `tenantry.masked_columns()`.
 *
 * @throws TenantryError `CONFIG_INVALID` for a mask that there is not
 * @example
 * ```ts
 * export const users = pgTable('users', { id, email: text(), name: text(), theme: text() }, (t) => [
 *   ...visibleThrough(t, { link: () => memberships, property: 'userId' }),
 *   ...masked(t, { email: 'email', name: 'name', theme: 'unmasked' }),
 * ]);
 * ```
 */
export function masked<T extends ColumnsLike>(t: T, masks: Masks<keyof T & string>): Fragment[] {
  checkType(t, 'object', 'columns of masked');
  checkType(masks, 'object', 'masks of masked');
  const [column] = Object.values(t);
  for (const [property, mask] of Object.entries(masks as Record<string, Mask>)) {
    check(
      isMask(mask),
      `masked(t, { ${property} }) with ${typeof mask === 'string' ? JSON.stringify(mask) : typeName(mask)}.`,
      `Use one of ${words.join(', ')}, { value } or { sql }.`,
    );
  }
  if (column !== undefined) markTable(tableOf(column), maskedMark, masks);
  return [];
}

function isMask(mask: unknown): boolean {
  if (typeof mask === 'string') return words.includes(mask);
  if (typeof mask !== 'object' || mask === null) return false;
  if ('sql' in mask) return typeof mask.sql === 'string' && mask.sql !== '';
  return 'value' in mask && ['string', 'number', 'boolean'].includes(typeof mask.value);
}

import type { IdKind, Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { sql } from 'drizzle-orm';
import { text, uuid } from 'drizzle-orm/pg-core';

// Types are taken from Drizzle's public functions, never from its internal names: those differ
// between 0.45 and 1.0.
type Uuid = ReturnType<typeof uuid>;
type Text = ReturnType<typeof text>;
type NotNull<B extends { notNull(): unknown }> = ReturnType<B['notNull']>;

/** A column with the id of a tenant or a user, by id kind. */
export type IdOf<K extends IdKind> = K extends 'uuid' ? NotNull<Uuid> : NotNull<Text>;
/** The same, nullable. */
export type NullableIdOf<K extends IdKind> = K extends 'uuid' ? Uuid : Text;

export const idOf = <K extends IdKind>(kind: K, name: string): IdOf<K> =>
  (kind === 'uuid' ? uuid(name).notNull() : text(name).notNull()) as IdOf<K>;

export const nullableIdOf = <K extends IdKind>(kind: K, name: string): NullableIdOf<K> =>
  (kind === 'uuid' ? uuid(name) : text(name)) as NullableIdOf<K>;

/** The tenant column of a table with rows shared by all tenants: null means shared. */
export function commonTenant<P extends string, K extends IdKind>(
  tenancy: Tenancy,
): { [Key in P]: NullableIdOf<K> } {
  const current = sql.raw(textInSchema(tenancy.schema, 'tenantry.current_tenant()'));
  const column =
    tenancy.id === 'uuid'
      ? uuid(tenancy.column).default(current)
      : text(tenancy.column).default(current);
  return { [tenancy.property]: column } as unknown as { [Key in P]: NullableIdOf<K> };
}

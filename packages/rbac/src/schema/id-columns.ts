import type { IdKind, Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { columnTypes } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';

/** A nullable column with the id of a tenant, by id kind. */
export type NullableIdOf<K extends IdKind> = K extends 'uuid' ? columnTypes.Uuid : columnTypes.Text;

/** The tenant column of a table with rows shared by all tenants: null means shared. */
export function commonTenant<P extends string, K extends IdKind>(
  tenancy: Tenancy,
): { [Key in P]: NullableIdOf<K> } {
  const current = sql.raw(textInSchema(tenancy.schema, 'tenantry.current_tenant()'));
  const column =
    tenancy.id === 'uuid'
      ? columnTypes.uuid(tenancy.column).default(current)
      : columnTypes.text(tenancy.column).default(current);
  return { [tenancy.property]: column } as unknown as { [Key in P]: NullableIdOf<K> };
}

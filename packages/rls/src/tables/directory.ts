import { TenantryError } from '@tenantry/core';
import type { ColumnLike } from '../fragments/drizzle.ts';
import type { DirectoryColumns } from '../generate/directory.ts';
import { pathOf } from '../model/table.ts';
import { tableNamed } from './names.ts';

/** Where the application keeps its tenants and their members, by names: `'organizations.id'`. */
export interface DirectoryNames {
  /** The id of the table of tenants: `'organizations.id'`, `'crm.organizations.id'`. */
  readonly tenant: string;
  /** Other unique names of a tenant, by claim kind: `{ slug: 'organizations.slug' }`. */
  readonly claims?: Readonly<Record<string, string>>;
  /** Only tenants for which this column is null are found: `'organizations.deleted_at'`. */
  readonly hiddenWhenSet?: string;
  /** The user of the table of memberships: `'memberships.user_id'`. */
  readonly member: string;
  /** The tenant column of the table of memberships. Default: that of the tenancy. */
  readonly memberTenant?: string;
}

/**
 * Finds the columns of a directory.
 * @throws TenantryError `CONFIG_INVALID` for one that is not there
 */
export function directoryOf(
  schema: Readonly<Record<string, object>>,
  names: DirectoryNames,
): DirectoryColumns {
  const column = (written: string): ColumnLike => {
    const at = written.lastIndexOf('.');
    const table = schema[pathOf(tableNamed(written.slice(0, Math.max(at, 0))))];
    const found = (table as Record<string, ColumnLike> | undefined)?.[written.slice(at + 1)];
    if (found !== undefined) return found;
    throw new TenantryError('CONFIG_INVALID', {
      found: `directory names ${JSON.stringify(written)}, which is no column of a table in tables.`,
      fix: "Name table and column: directory: { tenant: 'organizations.id', member: 'memberships.user_id' }.",
    });
  };
  const { tenant, claims = {}, hiddenWhenSet, member, memberTenant } = names;
  return {
    tenant: column(tenant),
    claims: Object.fromEntries(Object.entries(claims).map(([kind, of]) => [kind, column(of)])),
    ...(hiddenWhenSet !== undefined && { hiddenWhenSet: column(hiddenWhenSet) }),
    member: column(member),
    ...(memberTenant !== undefined && { memberTenant: column(memberTenant) }),
  };
}

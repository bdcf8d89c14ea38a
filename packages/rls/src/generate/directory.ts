import { type Tenancy, TenantryError } from '@tenantry/core';
import { type ClaimTable, type Directory, idKindOf } from '@tenantry/core/sql';
import type { PgTable } from 'drizzle-orm/pg-core';
import { type Casing, columnName } from '../casing.ts';
import { type ColumnLike, isPadded, sqlType, tableOf } from '../fragments/drizzle.ts';
import { tenantColumnIn } from '../fragments/tenant-column.ts';
import { readDrizzleTable, tableName } from '../model/read-drizzle.ts';

/** Where the application keeps its tenants and their members, as columns of its own tables. */
export interface DirectoryColumns {
  /** The id of the table of tenants: `organizations.id`. */
  readonly tenant: ColumnLike;
  /**
   * Other unique names of a tenant, by claim kind: `{ slug: organizations.slug }`; or of a table of names
   * with the tenant column: `{ slug: organizationSlugs.slug }`.
   */
  readonly claims?: Readonly<Record<string, ColumnLike>>;
  /** Only tenants for which this column is null are found: `organizations.deletedAt`. */
  readonly hiddenWhenSet?: ColumnLike;
  /** The user of the table of memberships: `memberships.userId`. */
  readonly member: ColumnLike;
  /**
   * The tenant column of the table of memberships. Default: the one that `isolate(t)` isolates it by,
   * otherwise its property with the tenancy's name, `organizationId`.
   */
  readonly memberTenant?: ColumnLike;
}

function isUnique(column: ColumnLike, casing: Casing | undefined): boolean {
  const { keys } = readDrizzleTable(tableOf(column) as PgTable, casing);
  return keys.some(
    ({ columns }) => columns.length === 1 && columns[0] === columnName(column, casing),
  );
}

/** Converts columns to the names that the entry function uses. */
export function readDirectory(
  tenancy: Tenancy,
  directory: DirectoryColumns,
  casing: Casing | undefined,
): Directory {
  const { tenant, claims = {}, hiddenWhenSet, member } = directory;
  const members = tableOf(member);
  const memberTenant = directory.memberTenant ?? tenantColumnIn(tenancy, members);
  if (memberTenant === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `the table of directory.member has no property ${tenancy.property}.`,
      fix: 'Name its tenant column: directory: { …, memberTenant: memberships.tenantId }.',
    });
  }
  const named = (column: ColumnLike) => columnName(column, casing);
  for (const [kind, column] of Object.entries({ id: tenant, ...claims })) {
    if (isUnique(column, casing)) continue;
    throw new TenantryError('CONFIG_INVALID', {
      found: `directory names the claim ${kind} by column ${named(column)}, which is not unique.`,
      fix: 'Add .unique() to the column: a claim must name one tenant.',
    });
  }
  const path = (column: ColumnLike): readonly [string, string] => {
    const { schema, name } = tableName(tableOf(column));
    return [schema, name];
  };
  const elsewhere = Object.entries(claims).filter(
    ([, column]) => path(column).join('.') !== path(tenant).join('.'),
  );
  const claimTables = elsewhere.map(([kind, column]): [string, ClaimTable] => {
    const of = tenantColumnIn(tenancy, tableOf(column));
    if (of !== undefined)
      return [kind, { table: path(column), column: named(column), tenant: named(of) }];
    throw new TenantryError('CONFIG_INVALID', {
      found: `directory names the claim ${kind} by column ${named(column)} of table ${path(column).join('.')}.`,
      fix: `Name a column of the table of tenants, or give that table the property ${tenancy.property}.`,
    });
  });
  return {
    tenants: path(tenant),
    id: named(tenant),
    ...(isPadded(sqlType(tenant)) && { idPadded: true }),
    claims: Object.fromEntries(Object.entries(claims).map(([kind, c]) => [kind, named(c)])),
    ...(claimTables.length > 0 && { claimTables: Object.fromEntries(claimTables) }),
    ...(hiddenWhenSet === undefined ? {} : { hiddenWhenSet: named(hiddenWhenSet) }),
    members: path(member),
    memberTenant: named(memberTenant),
    memberUser: named(member),
    userType: idKindOf(sqlType(member)),
  };
}

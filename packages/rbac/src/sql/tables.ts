import { type IdKind, type Tenancy, TenantryError } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  join,
  literal,
  name,
  ownedBy,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import type { FeatureInput, FeatureTable } from '@tenantry/rls/feature';
import { type ResourceTable, resourceMark } from '../schema/resources.ts';
import type { Managed, Part } from '../schema/rules.ts';

/** A table of rbac: its quoted name, and its columns by property. */
export interface RbacTable {
  readonly schema: string;
  readonly table: string;
  readonly target: Ddl;
  /** The quoted column. */
  c(property: string): Ddl;
  /** The column without quotes. */
  column(property: string): string;
  readonly managed: Managed;
}

/** A table whose rows are resources. */
export type Resource = RbacTable & ResourceTable & { readonly tenantColumn: Ddl };

/** The names used in the SQL of this package. */
export interface Names {
  readonly tenancy: Tenancy;
  readonly owner: string;
  readonly tenants: RbacTable;
  readonly users: RbacTable | undefined;
  readonly memberships: RbacTable;
  readonly roles: RbacTable;
  readonly permissions: RbacTable;
  readonly rolePermissions: RbacTable;
  readonly memberRoles: RbacTable;
  readonly invitations: RbacTable | undefined;
  /** Tables whose rows are resources. */
  readonly resources: readonly Resource[];
  /** The property, and the types of ids. */
  readonly tenant: string;
  readonly tenantType: Ddl;
  readonly userType: Ddl;
  readonly app: Ddl;
  readonly system: Ddl;
  /** The tenant of the transaction, or an error. */
  readonly currentTenant: Ddl;
}

/** Finds the tables that the fragments marked. @throws TenantryError `CONFIG_INVALID` */
export function namesOf(input: FeatureInput, owner: string, userId: IdKind): Names {
  const { tenancy } = input;
  const optional = (part: Part): RbacTable | undefined => {
    const [found] = input.allMarked(`rbac:${part}`);
    input.marked(`rbac:${part}`); // refuses two
    return found && tableOf(found, found.value as Managed);
  };
  const required = (part: Part): RbacTable => {
    const table = optional(part);
    if (table !== undefined) return table;
    throw new TenantryError('CONFIG_INVALID', {
      found: `no table with ...rbac.${part}.rules(t).`,
      fix: `Declare it: pgTable('…', { ...rbac.${part}.columns() }, (t) => [...rbac.${part}.rules(t)]), and export it from the schema.`,
    });
  };
  return {
    tenancy,
    owner,
    tenants: required('tenants'),
    users: optional('users'),
    memberships: required('memberships'),
    roles: required('roles'),
    permissions: required('permissions'),
    rolePermissions: required('rolePermissions'),
    memberRoles: required('memberRoles'),
    invitations: optional('invitations'),
    resources: input.allMarked(resourceMark).flatMap((found) => {
      const of = found.value as ResourceTable;
      if (found.tenantColumn === undefined) return [];
      const table = tableOf(found, unmanaged);
      return [{ ...table, ...of, tenantColumn: name(found.tenantColumn) }];
    }),
    tenant: tenancy.property,
    tenantType: { sql: tenancy.id },
    userType: { sql: userId },
    app: name(tenancy.roles.app),
    system: name(tenancy.roles.system),
    currentTenant: tenantOfTransaction(tenancy),
  };
}

const unmanaged: Managed = { read: null, insert: null, update: null, delete: null };

const tableOf = (table: FeatureTable, managed: Managed): RbacTable => ({
  schema: table.schema,
  table: table.name,
  target: name(table.schema, table.name),
  c: (property) => name(table.property(property)),
  column: (property) => table.property(property),
  managed,
});

/** The form of a uuid as text. */
export const uuidForm = literal('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');

/** A text as the id of a user; null when it is malformed. */
export const userOf = (names: Names, text: Ddl): Ddl =>
  names.userType.sql === 'uuid'
    ? ddl`(case when ${text} ~* ${uuidForm} then ${text}::uuid end)`
    : text;

/**
 * Makes the system role the owner of a function, so that it bypasses the policies, and grants it to
 * callers.
 */
export const definer = (names: Names, signature: string, callers: readonly Ddl[] = []): Ddl => ddl`
  ${ownedBy(names.system, signature)}
  ${granted(signature, callers)}
`;

/** The grants of a function. */
export const rights = (signature: string, callers: readonly Ddl[] = []): Ddl => ddl`
  revoke all on function ${{ sql: signature }} from public;
  ${granted(signature, callers)}
`;

const granted = (signature: string, callers: readonly Ddl[]): Ddl =>
  callers.length === 0
    ? { sql: '' }
    : ddl`grant execute on function ${{ sql: signature }} to ${join(callers)};`;

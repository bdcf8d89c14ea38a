import type { IdKind, Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import {
  actorOfTransaction,
  type Ddl,
  ddl,
  idOrNull,
  idType,
  literal,
  name,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import {
  type FeatureInput,
  type FeatureTable,
  type RowSecurity,
  rowSecurity,
} from '@tenantry/rls/feature';
import { type ResourceTable, resourceMark } from '../schema/resources.ts';
import type { Managed, Part } from '../schema/rules.ts';

/** A table of rbac: its quoted name, and its columns by property. */
export interface RbacTable {
  readonly schema: string;
  readonly table: string;
  readonly target: Ddl;
  /** Whether policies bind the current role in it; the system role is let through. */
  readonly isBound: Ddl;
  /** The quoted column. */
  c(property: string): Ddl;
  /** The column without quotes. */
  column(property: string): string;
  readonly managed: Managed;
}

/** A table whose rows are resources. */
export type Resource = RbacTable &
  ResourceTable & {
    readonly tenantColumn: Ddl;
    /** Whether a tenant may have it in a schema of its own. */
    readonly inSchemas: boolean;
  };

/** The names used in the SQL of this package. */
export interface Names {
  readonly tenancy: Tenancy;
  /** Whether the rows of a tenant are on a node of their own. */
  readonly onCitus: boolean;
  readonly rows: RowSecurity;
  readonly owner: string;
  readonly tenants: RbacTable;
  readonly users: RbacTable | undefined;
  readonly memberships: RbacTable;
  readonly builtInRoles: RbacTable;
  readonly builtInRolePermissions: RbacTable;
  readonly roles: RbacTable;
  readonly permissions: RbacTable;
  readonly rolePermissions: RbacTable;
  readonly memberRoles: RbacTable;
  readonly invitations: RbacTable | undefined;
  readonly apiKeys: RbacTable | undefined;
  /** Tables whose rows are resources. */
  readonly resources: readonly Resource[];
  /** The property, and the types of ids. */
  readonly tenant: string;
  readonly tenantType: Ddl;
  readonly userType: Ddl;
  /** The kind of the ids of users. */
  readonly userId: IdKind;
  readonly app: Ddl;
  readonly system: Ddl;
  /** The app role and the system role. */
  readonly both: readonly Ddl[];
  /** The id of the user who acts in the transaction; null where nobody does. */
  readonly actingUser: Ddl;
  /** The tenant of the transaction, or an error. */
  readonly currentTenant: Ddl;
}

/** Finds the tables that the fragments marked. @throws TenantryError `CONFIG_INVALID` */
export function namesOf(input: FeatureInput, owner: string, userId: IdKind): Names {
  const { tenancy } = input;
  const rows = rowSecurity(tenancy);
  const optional = (part: Part): RbacTable | undefined => {
    const [found] = input.allMarked(`rbac:${part}`);
    input.marked(`rbac:${part}`); // refuses two
    return found && tableOf(rows, found, found.value as Managed);
  };
  const required = (part: Part): RbacTable => {
    const table = optional(part);
    check(
      table !== undefined,
      `no table with ...rbac.tables.${part}.rules(t).`,
      `Declare it: pgTable('…', { ...rbac.tables.${part}.columns() }, (t) => [...rbac.tables.${part}.rules(t)]), and export it from the schema.`,
    );
    return table;
  };
  const app = name(tenancy.roles.app);
  const system = name(tenancy.roles.system);
  return {
    tenancy,
    onCitus: tenancy.dialect === 'citus',
    rows,
    owner,
    tenants: required('tenants'),
    users: optional('users'),
    memberships: required('memberships'),
    builtInRoles: required('builtInRoles'),
    builtInRolePermissions: required('builtInRolePermissions'),
    roles: required('roles'),
    permissions: required('permissions'),
    rolePermissions: required('rolePermissions'),
    memberRoles: required('memberRoles'),
    invitations: optional('invitations'),
    apiKeys: optional('apiKeys'),
    resources: input.allMarked(resourceMark).flatMap((found) => {
      const of = found.value as ResourceTable;
      if (found.tenantColumn === undefined) return [];
      const table = tableOf(rows, found, unmanaged);
      return [
        { ...table, ...of, tenantColumn: name(found.tenantColumn), inSchemas: found.inSchemas },
      ];
    }),
    tenant: tenancy.property,
    tenantType: idType(tenancy),
    userId,
    userType: idType({ id: userId }),
    app,
    system,
    both: [app, system],
    actingUser: userOf({ userId }, ddl`(${actorOfTransaction} ->> 'user')`),
    currentTenant: tenantOfTransaction(tenancy),
  };
}

const unmanaged: Managed = { read: null, insert: null, update: null, delete: null };

const tableOf = (rows: RowSecurity, table: FeatureTable, managed: Managed): RbacTable => ({
  schema: table.schema,
  table: table.name,
  target: name(table.schema, table.name),
  isBound: rows.binds(literal(name(table.schema, table.name).sql)),
  c: (property) => name(table.property(property)),
  column: (property) => table.property(property),
  managed,
});

/** A text as the id of a user, or of a key that acts like one; null where it cannot be one. */
export const userOf = ({ userId }: Pick<Names, 'userId'>, text: Ddl): Ddl => idOrNull(userId, text);

/**
 * The same of a text that a caller gives, in a condition. Citus works out both arms of a CASE where it
 * plans a query for a shard, so there it is a call.
 */
export const givenUser = (names: Pick<Names, 'userId' | 'onCitus'>, text: Ddl): Ddl =>
  names.onCitus && names.userId !== 'text'
    ? ddl`tenantry.rbac_user_id(${text})`
    : userOf(names, text);

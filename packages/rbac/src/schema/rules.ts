import type { Tenancy } from '@tenantry/core';
import {
  type ColumnLike,
  type ColumnsLike,
  defineIsolation,
  type Fragment,
  type TableLike,
  type TenantsOptions,
} from '@tenantry/rls';
import { markTable, nameOf, objectName, tableOf } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { check, index, primaryKey, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { policyTerm } from './terms.ts';

/** What spreads into the third argument of `pgTable`. */
export type RbacFragment =
  | Fragment
  | ReturnType<typeof check>
  | ReturnType<ReturnType<typeof unique>['on']>;

/**
 * The permissions that members need to read and write a table of rbac. Without `read` every member reads
 * it. Commands that `write` does not name are allowed only to the system role and the functions of this
 * package.
 */
export interface RbacTableAccess<P extends string> {
  readonly read?: P;
  readonly write?: P | { readonly insert?: P; readonly update?: P; readonly delete?: P };
}

/** The tables of this package, each marked with `rbac:<part>`. */
export type Part =
  | 'tenants'
  | 'users'
  | 'memberships'
  | 'builtInRoles'
  | 'builtInRolePermissions'
  | 'roles'
  | 'permissions'
  | 'rolePermissions'
  | 'memberRoles'
  | 'invitations'
  | 'apiKeys';

/**
 * The same for memberships. Nobody can insert one under the policies, because it makes the row of its
 * user visible to the tenant. Users become members by accepting an invitation, or the system role adds
 * them.
 */
export interface MembershipsAccess<P extends string> {
  readonly read?: P;
  readonly write?: { readonly update?: P; readonly delete?: P };
}

/**
 * The permissions to read API keys, and to make, rotate and revoke them. Only the functions of this
 * package write them; whoever made a key may revoke it. Without `write` nobody makes one.
 */
export interface ApiKeysAccess<P extends string> {
  readonly read?: P;
  readonly write?: P;
}

/** The data of a table for the generator: the permission that each command needs. */
export type Managed = Readonly<Record<'read' | 'insert' | 'update' | 'delete', string | null>>;

const commands = ['insert', 'update', 'delete'] as const;

const managed = ({ read, write }: RbacTableAccess<string>): Managed => {
  const of = (command: (typeof commands)[number]) =>
    typeof write === 'object' ? (write[command] ?? null) : (write ?? null);
  return {
    read: read ?? null,
    insert: of('insert'),
    update: of('update'),
    delete: of('delete'),
  };
};

type Named<K extends string> = ColumnsLike & { readonly [Key in K]: ColumnLike };
type RulesFor<K extends string, O> = (t: Named<K>, options?: O) => RbacFragment[];

/** The keys, constraints and policies of each table, to spread into its third argument. */
export interface RbacRules<P extends string> {
  readonly tenants: RulesFor<'id', TenantsOptions>;
  readonly users: (
    t: Named<'id' | 'email'>,
    options: { readonly memberships: () => TableLike },
  ) => RbacFragment[];
  readonly memberships: RulesFor<'userId', MembershipsAccess<P>>;
  readonly builtInRoles: (t: Named<'id' | 'key' | 'parentId'>) => RbacFragment[];
  readonly builtInRolePermissions: (t: Named<'roleId' | 'permission'>) => RbacFragment[];
  readonly roles: RulesFor<'id' | 'key' | 'parentId' | 'builtInParentId', RbacTableAccess<P>>;
  readonly permissions: (t: Named<'key'>) => RbacFragment[];
  readonly rolePermissions: RulesFor<'roleId' | 'permission', RbacTableAccess<P>>;
  readonly memberRoles: RulesFor<
    | 'id'
    | 'userId'
    | 'roleId'
    | 'ownRoleId'
    | 'builtInRoleId'
    | 'resourceType'
    | 'resourceId'
    | 'expiresAt',
    RbacTableAccess<P>
  >;
  readonly invitations: RulesFor<
    | 'id'
    | 'email'
    | 'roleId'
    | 'ownRoleId'
    | 'builtInRoleId'
    | 'tokenHash'
    | 'acceptedAt'
    | 'revokedAt'
    | 'createdAt',
    RbacTableAccess<P>
  >;
  readonly apiKeys: RulesFor<'id' | 'createdBy' | 'revokedAt', ApiKeysAccess<P>>;
}

/** Makes the rules of each table. */
export function rulesOf<P extends string>(tenancy: Tenancy): RbacRules<P> {
  const isolation = defineIsolation(tenancy);
  const isolate = (t: ColumnsLike, options: Parameters<typeof isolation.isolate>[1]) =>
    isolation.isolate(t as never, options);

  const mark = (part: Part, column: ColumnLike, by: RbacTableAccess<string> = {}) => {
    const table = tableOf(column);
    markTable(table, `rbac:${part}`, managed(by));
    return (...words: string[]) => objectName(nameOf(table), ...words);
  };

  /** A command without a permission is refused to the app role. */
  const terms = (t: ColumnsLike, { read, write }: RbacTableAccess<P>) => {
    const table = { dialect: tenancy.dialect, tenant: t[tenancy.property] };
    const asked = managed({ ...(write !== undefined && { write }) });
    if (commands.every((command) => asked[command] === null)) {
      return {
        access: 'read' as const,
        ...(read !== undefined && { read: policyTerm(read, table) }),
      };
    }
    const each = commands.map((command) => [
      command,
      asked[command] === null ? sql`false` : policyTerm(asked[command] as string, table),
    ]);
    return {
      ...(read !== undefined && { read: policyTerm(read, table) }),
      write: Object.fromEntries(each) as Record<(typeof commands)[number], ReturnType<typeof sql>>,
    };
  };

  return {
    tenants: (t, options = {}) => {
      mark('tenants', t.id);
      return isolation.tenants(t, options);
    },
    users: (t, { memberships }) => {
      const name = mark('users', t.id);
      return [
        ...isolation.visibleThrough(t, { link: memberships, property: 'userId' }),
        uniqueIndex(name('email', 'key')).on(t.email as never),
        check(name('email', 'lower', 'case'), sql`${t.email} = lower(${t.email})`),
      ];
    },
    memberships: (t, by = {}) => {
      const name = mark('memberships', t.userId, by);
      return [
        ...isolate(t, { key: [t.userId], ...terms(t, by) }),
        index(name('user', 'idx')).on(t.userId as never),
      ];
    },
    builtInRoles: (t) => {
      const name = mark('builtInRoles', t.id);
      return [
        ...isolation.shared(t),
        unique(name('key', 'key')).on(t.key as never),
        index(name('parent', 'idx')).on(t.parentId as never),
        keyForm(name, t.key),
        check(name('id', 'form'), builtInForm(t.id)),
      ];
    },
    builtInRolePermissions: (t) => {
      const name = mark('builtInRolePermissions', t.roleId);
      return [
        ...isolation.shared(t),
        primaryKey({ name: name('pkey'), columns: [t.roleId, t.permission] as never }),
      ];
    },
    roles: (t, by = {}) => {
      const name = mark('roles', t.id, by);
      return [
        ...isolate(t, terms(t, by)),
        unique(name('key', 'key')).on(t[tenancy.property] as never, t.key as never),
        index(name('parent', 'idx')).on(t.parentId as never, t[tenancy.property] as never),
        index(name('built', 'in', 'parent', 'idx')).on(t.builtInParentId as never),
        keyForm(name, t.key),
        // one id never means two roles
        check(name('id', 'form'), sql`not ${builtInForm(t.id)}`),
        check(name('one', 'parent'), sql`${t.parentId} is null or ${t.builtInParentId} is null`),
      ];
    },
    permissions: (t) => {
      mark('permissions', t.key);
      return isolation.shared(t);
    },
    rolePermissions: (t, by = {}) => {
      mark('rolePermissions', t.roleId, by);
      return [...isolate(t, { key: [t.roleId, t.permission], ...terms(t, by) })];
    },
    memberRoles: (t, by = {}) => {
      const name = mark('memberRoles', t.roleId, by);
      const key = [tenancy.property, 'userId', 'roleId', 'resourceType', 'resourceId'];
      return [
        ...isolate(t, terms(t, by)),
        unique(name('key'))
          .on(...(key.map((property) => t[property]) as never as [never]))
          .nullsNotDistinct(),
        ...roleIndexes(name, t, t[tenancy.property]),
        // for the deletion of a resource, which deletes its assignments
        index(name('resource', 'idx'))
          .on(t[tenancy.property] as never, t.resourceType as never, t.resourceId as never)
          .where(sql`${t.resourceType} is not null`),
        check(name('resource'), sql`(${t.resourceType} is null) = (${t.resourceId} is null)`),
      ];
    },
    invitations: (t, by = {}) => {
      const name = mark('invitations', t.tokenHash, by);
      return [
        ...isolate(t, terms(t, by)),
        uniqueIndex(name('open', 'key'))
          .on(t[tenancy.property] as never, t.email as never)
          .where(sql`${t.acceptedAt} is null and ${t.revokedAt} is null`),
        // for the list of invitations that are not revoked, newest first
        index(name('list', 'idx'))
          .on(t[tenancy.property] as never, t.createdAt as never, t.id as never)
          .where(sql`${t.revokedAt} is null`),
        index(name('token', 'idx')).on(t.tokenHash as never),
        ...roleIndexes(name, t, t[tenancy.property]),
        check(name('email', 'lower', 'case'), sql`${t.email} = lower(${t.email})`),
      ];
    },
    apiKeys: (t, by = {}) => {
      const name = mark('apiKeys', t.id, by);
      return [
        // a tenant that could write would write in the name of a member who may do more
        ...isolate(t, terms(t, by.read === undefined ? {} : { read: by.read })),
        // an operator who revokes a key knows its id alone
        index(name('id', 'idx')).on(t.id as never),
      ];
    },
  };
}

type NameOf = (...words: string[]) => string;

const keyForm = (name: NameOf, key: ColumnLike) =>
  check(name('key', 'form'), sql`${key} ~ '^[a-z][a-z0-9_-]{0,62}$'`);

/** Whether an id is that of a built-in role. */
const builtInForm = (id: ColumnLike) => sql`(substr(${id}::text, 15, 1) = '8')`;

type Indexed = Named<'ownRoleId' | 'builtInRoleId'>;

/** The indexes of the foreign keys to roles, which also find the holders of a role across tenants. */
const roleIndexes = (name: NameOf, t: Indexed, tenant: ColumnLike | undefined) => [
  index(name('own', 'role', 'idx')).on(t.ownRoleId as never, tenant as never),
  index(name('built', 'in', 'role', 'idx')).on(t.builtInRoleId as never),
];

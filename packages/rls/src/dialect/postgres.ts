import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, tenantOfTransaction } from '@tenantry/core/sql';
import { type SQL, sql } from 'drizzle-orm';
import { asSql, type ColumnLike, isPadded, typeOf } from '../fragments/drizzle.ts';
import { objectName } from '../fragments/names.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { PolicyModel } from '../model/table.ts';
import type { Dialect } from './dialect.ts';
import { createPolicySql, policySql } from './policy-sql.ts';

/**
 * `organization_id = (select …)`, the tenant of the transaction. The sub-select makes it an InitPlan: it
 * is evaluated once per statement instead of once per row, and is never a constant in a cached plan. A
 * char(n) is compared as what it is, because PostgreSQL would cast the column and not use its index.
 */
const ofCurrentTenant = (tenancy: Tenancy, column: ColumnLike): SQL => {
  const tenant = tenantOfTransaction(tenancy).sql + (isPadded(typeOf(column)) ? '::bpchar' : '');
  return sql`${asSql(column)} = (select ${sql.raw(tenant)})`;
};

/**
 * Whom the floor binds: the app role, and the owner of the tables, which is the login that migrates. Not
 * PUBLIC, because the system role is let through by a policy, which a restrictive one for all would close.
 */
const bound = ({ roles }: Tenancy): readonly string[] => [roles.app, 'current_user'];

/** Lets roles through to every row. PostgreSQL drops the condition `true` when it plans. */
const open = (name: string, to: readonly string[]): Policy => ({
  name,
  as: 'permissive',
  for: 'all',
  to,
  using: sql`true`,
  withCheck: sql`true`,
});

const systemAccess = ({ roles }: Tenancy, table: string, ...others: readonly string[]): Policy =>
  open(objectName(table, 'system_access'), [roles.system, ...others]);

/**
 * The permissive policy for the app role, and the restrictive floor, which no other policy can loosen.
 * Both have the same condition, which PostgreSQL evaluates once.
 */
function isolationPolicies(
  tenancy: Tenancy,
  name: string,
  predicate: SQL,
  command: 'all' | 'select' = 'all',
): Policy[] {
  const check = command === 'all' ? { withCheck: predicate } : {};
  return [
    {
      name: objectName(name, 'tenant_isolation'),
      as: 'permissive',
      for: command,
      to: [tenancy.roles.app],
      using: predicate,
      ...check,
    },
    {
      name: objectName(name, 'tenant_floor'),
      as: 'restrictive',
      for: 'all',
      to: bound(tenancy),
      using: predicate,
      withCheck: predicate,
    },
    systemAccess(tenancy, name),
  ];
}

/**
 * The same for a table with shared rows: the read condition is wider than the write condition, so the
 * floor needs a policy for each command.
 */
function commonPolicies(
  tenancy: Tenancy,
  name: string,
  ofTenant: SQL,
  column: ColumnLike,
): Policy[] {
  const isCommon = sql`${asSql(column)} is null`;
  const floor = (command: 'select' | 'insert' | 'update' | 'delete', predicate: SQL): Policy => ({
    name: objectName(name, 'tenant_floor', command),
    as: 'restrictive',
    for: command,
    to: bound(tenancy),
    ...(command === 'insert' ? {} : { using: predicate }),
    ...(command === 'insert' || command === 'update' ? { withCheck: predicate } : {}),
  });
  return [
    {
      name: objectName(name, 'tenant_isolation'),
      as: 'permissive',
      for: 'all',
      to: [tenancy.roles.app],
      using: ofTenant,
      withCheck: ofTenant,
    },
    {
      name: objectName(name, 'common_read'),
      as: 'permissive',
      for: 'select',
      to: [tenancy.roles.app],
      using: isCommon,
    },
    floor('select', sql`${isCommon} or ${ofTenant}`),
    floor('insert', ofTenant),
    floor('update', ofTenant),
    floor('delete', ofTenant),
    systemAccess(tenancy, name),
  ];
}

/**
 * The policies of a table whose rows belong to no tenant. The login that migrates fills it; FORCE would
 * prevent that for a login that is not a superuser.
 */
function globalPolicies(tenancy: Tenancy, name: string, read: boolean): Policy[] {
  const shared: Policy = {
    name: objectName(name, 'shared_read'),
    as: 'permissive',
    for: 'select',
    to: [tenancy.roles.app],
    using: sql`true`,
  };
  return [...(read ? [shared] : []), systemAccess(tenancy, name, 'current_user')];
}

/** The policies of {@link PolicyTerms}. */
function termPolicies(tenancy: Tenancy, name: string, terms: PolicyTerms): Policy[] {
  const { read, write } = terms;
  const each = isSql(write) ? { insert: write, update: write, delete: write } : { ...write };
  const policy = (
    command: 'select' | 'insert' | 'update' | 'delete',
    term: SQL | undefined,
  ): Policy[] =>
    term === undefined
      ? []
      : [
          {
            name: objectName(name, 'may', command),
            as: 'restrictive',
            for: command,
            to: [tenancy.roles.app],
            ...(command === 'insert' ? {} : { using: term }),
            ...(command === 'insert' || command === 'update' ? { withCheck: term } : {}),
          },
        ];
  return [
    ...policy('select', read),
    ...policy('insert', each.insert),
    ...policy('update', each.update),
    ...policy('delete', each.delete),
  ];
}

const isSql = (value: PolicyTerms['write']): value is SQL =>
  value !== undefined && 'getSQL' in value;

const openPolicy = (
  name: string,
  role: string,
  command: 'all' | 'select',
  { sql: condition }: Ddl = { sql: 'true' },
): PolicyModel => ({
  name,
  as: 'permissive',
  for: command,
  to: [role],
  using: condition,
  withCheck: command === 'all' ? condition : undefined,
});

/** PostgreSQL on one server: a restrictive floor, and FORCE. */
export const postgres: Dialect = Object.freeze({
  name: 'postgres',
  ofCurrentTenant,
  isolationPolicies,
  commonPolicies,
  globalPolicies,
  termPolicies,
  openPolicy,
  rowSecurity: ddl`enable row level security, force row level security`,
  force: { off: ddl`no force row level security`, on: ddl`force row level security` },
  policySql,
  createPolicySql,
});

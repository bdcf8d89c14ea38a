import type { Tenancy } from '@tenantry/core';
import { ddl, tenantOfTransaction } from '@tenantry/core/sql';
import { type SQL, sql } from 'drizzle-orm';
import { asSql, type ColumnLike, isPadded, typeOf } from '../fragments/drizzle.ts';
import { objectName } from '../fragments/names.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { Dialect } from './dialect.ts';
import { openPolicy, openToAll, systemAccess, termsByCommand } from './parts.ts';
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

const isCurrentTenant: Dialect['isCurrentTenant'] = (tenancy, column) =>
  ddl`${column} = (select ${tenantOfTransaction(tenancy)})`;

/**
 * Whom the floor binds: the app role, and the owner of the tables, which is the login that migrates. Not
 * PUBLIC, because the system role is let through by a policy, which a restrictive one for all would close.
 */
const bound = ({ roles }: Tenancy): readonly string[] => [roles.app, 'current_user'];

/**
 * The permissive policy for the app role, and the restrictive floor, which no other policy can loosen.
 * Both have the same condition, which PostgreSQL evaluates once.
 */
function isolationPolicies(
  tenancy: Tenancy,
  name: string,
  predicate: SQL,
  terms: PolicyTerms,
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
    ...termPolicies(tenancy, name, terms),
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
  terms: PolicyTerms,
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
    ...termPolicies(tenancy, name, terms),
  ];
}

/** The login that migrates fills the table; FORCE would prevent that for one that is no superuser. */
const globalPolicies = (tenancy: Tenancy, name: string, read: boolean): Policy[] =>
  openToAll(tenancy, name, read, 'current_user');

/** The policies of {@link PolicyTerms}. */
function termPolicies(tenancy: Tenancy, name: string, terms: PolicyTerms): Policy[] {
  const each = termsByCommand(terms);
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
    ...policy('select', each.select),
    ...policy('insert', each.insert),
    ...policy('update', each.update),
    ...policy('delete', each.delete),
  ];
}

/** PostgreSQL on one server: a restrictive floor, and FORCE. */
export const postgres: Dialect = Object.freeze({
  name: 'postgres',
  ofCurrentTenant,
  isCurrentTenant,
  term: (_column: ColumnLike, term: SQL) => term,
  isolationPolicies,
  commonPolicies,
  globalPolicies,
  openPolicy,
  rowSecurity: ddl`enable row level security, force row level security`,
  force: { off: ddl`no force row level security`, on: ddl`force row level security` },
  policySql,
  createPolicySql,
});

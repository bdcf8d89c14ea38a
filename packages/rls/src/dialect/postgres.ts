import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, tenantOfTransaction } from '@tenantry/core/sql';
import { type SQL, sql } from 'drizzle-orm';
import { asSql, type ColumnLike, isPadded, typeOf } from '../fragments/drizzle.ts';
import { objectName } from '../fragments/names.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { Dialect } from './dialect.ts';
import { policySql } from './policy-sql.ts';

/**
 * `organization_id = (select …)`, the tenant of the transaction. The sub-select makes it an InitPlan: it
 * is evaluated once per statement instead of once per row, and is never a constant in a cached plan. A
 * char(n) is compared as what it is, because PostgreSQL would cast the column and not use its index.
 */
const ofCurrentTenant = (tenancy: Tenancy, column: ColumnLike): SQL => {
  const tenant = tenantOfTransaction(tenancy).sql + (isPadded(typeOf(column)) ? '::bpchar' : '');
  return sql`${asSql(column)} = (select ${sql.raw(tenant)})`;
};

/** The permissive policy for the app role, and the restrictive floor, which no other policy can loosen. */
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
      to: tenancy.roles.app,
      using: predicate,
      ...check,
    },
    {
      name: objectName(name, 'tenant_floor'),
      as: 'restrictive',
      for: 'all',
      to: 'public',
      using: predicate,
      withCheck: predicate,
    },
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
    to: 'public',
    ...(command === 'insert' ? {} : { using: predicate }),
    ...(command === 'insert' || command === 'update' ? { withCheck: predicate } : {}),
  });
  return [
    {
      name: objectName(name, 'tenant_isolation'),
      as: 'permissive',
      for: 'all',
      to: tenancy.roles.app,
      using: ofTenant,
      withCheck: ofTenant,
    },
    {
      name: objectName(name, 'common_read'),
      as: 'permissive',
      for: 'select',
      to: tenancy.roles.app,
      using: isCommon,
    },
    floor('select', sql`${isCommon} or ${ofTenant}`),
    floor('insert', ofTenant),
    floor('update', ofTenant),
    floor('delete', ofTenant),
  ];
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
            to: tenancy.roles.app,
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

/** PostgreSQL on one server: a restrictive floor, and FORCE. */
export const postgres: Dialect = Object.freeze({
  name: 'postgres',
  ofCurrentTenant,
  isolationPolicies,
  commonPolicies,
  termPolicies,
  rowSecuritySql: (target: Ddl) =>
    ddl`alter table ${target} enable row level security, force row level security;`,
  policySql,
});

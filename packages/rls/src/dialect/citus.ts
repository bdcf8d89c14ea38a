import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Ddl, ddl, tenantOfTransaction } from '@tenantry/core/sql';
import { type SQL, sql } from 'drizzle-orm';
import { asSql, type ColumnLike, isPadded, typeOf } from '../fragments/drizzle.ts';
import { objectName } from '../fragments/names.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { Dialect } from './dialect.ts';
import { openPolicy, openToAll, systemAccess, termsByCommand } from './parts.ts';
import { createPolicySql, policySql } from './policy-sql.ts';
import { withoutSubSelect } from './without-sub-select.ts';

/**
 * The tenant twice: what the transaction says, which isolates, and the constant of the plan, by which
 * Citus finds the shard. Citus refuses a sub-select in a policy.
 */
const ofCurrentTenant = (tenancy: Tenancy, column: ColumnLike): SQL => {
  const of = ({ sql: tenant }: Ddl) =>
    sql`${asSql(column)} = ${sql.raw(tenant + (isPadded(typeOf(column)) ? '::bpchar' : ''))}`;
  return sql`${of(tenantOfTransaction(tenancy))} and ${of(routedTenant(tenancy))}`;
};

const isCurrentTenant: Dialect['isCurrentTenant'] = (tenancy, column) =>
  ddl`${column} = ${tenantOfTransaction(tenancy)} and ${column} = ${routedTenant(tenancy)}`;

const routedTenant = ({ schema }: Tenancy): Ddl => ({ sql: `${schema}.routed_tenant()` });

const commands = ['select', 'insert', 'update', 'delete'] as const;

/** One permissive policy, or one a command where terms differ: a shard would make a second one wider. */
function isolationPolicies(
  tenancy: Tenancy,
  name: string,
  predicate: SQL,
  terms: PolicyTerms,
  command: 'all' | 'select' = 'all',
): Policy[] {
  const each = termsByCommand(terms);
  const to = [tenancy.roles.app];
  const as = 'permissive';
  if (Object.keys(each).length === 0)
    return [
      {
        name: objectName(name, 'tenant_isolation'),
        as,
        for: command,
        to,
        using: predicate,
        ...(command === 'all' ? { withCheck: predicate } : {}),
      },
      systemAccess(tenancy, name),
    ];
  const wanted = command === 'all' ? commands : (['select'] as const);
  const policies = wanted.map((one): Policy => {
    const term = each[one];
    const both = term === undefined ? predicate : sql`${predicate} and (${term})`;
    return {
      name: objectName(name, 'tenant_isolation', one),
      as,
      for: one,
      to,
      ...(one === 'insert' ? {} : { using: both }),
      ...(one === 'insert' || one === 'update' ? { withCheck: both } : {}),
    };
  });
  return [...policies, systemAccess(tenancy, name)];
}

/** Citus distributes by a column that is never null. */
function commonPolicies(_tenancy: Tenancy, name: string): never {
  throw new TenantryError('CONFIG_INVALID', {
    found: `isolate(t, { withoutTenant: 'shared' }) on table ${name}, on Citus.`,
    fix: 'Keep the shared rows in a table of their own, with ...shared(t).',
  });
}

const noForce = ddl`no force row level security`;

/** Citus: the tables of tenants are distributed by tenant, the others are on every node. */
export const citus: Dialect = Object.freeze({
  name: 'citus',
  ofCurrentTenant,
  isCurrentTenant,
  term: withoutSubSelect,
  isolationPolicies,
  commonPolicies,
  globalPolicies: openToAll,
  openPolicy,
  rowSecurity: ddl`enable row level security, ${noForce}`,
  force: { off: noForce, on: noForce },
  policySql,
  createPolicySql,
});

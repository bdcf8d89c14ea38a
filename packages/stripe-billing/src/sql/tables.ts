import type { Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { type Ddl, ddl, idType, name } from '@tenantry/core/sql';
import type { FeatureInput } from '@tenantry/rls/feature';
import { markOfPart, type TablePart, tableParts } from '../tables/rules.ts';

/** The names used in the functions. */
export interface Names extends Readonly<Record<TablePart, Ddl>> {
  readonly tenancy: Tenancy;
  /** The tenant column, and the type of tenant ids. */
  readonly tenant: Ddl;
  readonly idType: Ddl;
  /** The table of memberships, when its rows are seats. */
  readonly members: Ddl | undefined;
  readonly onCitus: boolean;
  /**
   * Which tenant a customer of Stripe belongs to, and how far its copy is: the rows of `customers`; on Citus
   * a table of the coordinator, because no node knows the customers of all tenants.
   */
  readonly claims: Ddl;
  /** The time of the transaction; on Citus a variable, because a shard takes no function in a CASE. */
  readonly now: Ddl;
}

/** On Citus, in place of what `customers` has on one server. */
export const claimsTable = ddl`tenantry.billing_claims`;

/** Finds the tables by their marks. @throws TenantryError `CONFIG_INVALID` names what is missing. */
export function readNames(input: FeatureInput): Names {
  const found = (part: TablePart | 'members') => {
    const table = input.marked(markOfPart(part));
    return table === undefined ? undefined : name(table.schema, table.name);
  };
  const missing = tableParts.filter((part) => found(part) === undefined);
  check(
    missing.length === 0,
    `no table for ${missing.join(', ')} of billing in the schema`,
    `Declare and export it: pgTable('…', billing.tables.${missing[0]}.columns(), (t) => [...billing.tables.${missing[0]}.rules(t)]).`,
  );
  const { tenancy } = input;
  const onCitus = tenancy.dialect === 'citus';
  const tables = Object.fromEntries(tableParts.map((part) => [part, found(part)])) as Record<
    TablePart,
    Ddl
  >;
  return {
    ...tables,
    tenancy,
    onCitus,
    claims: onCitus ? claimsTable : tables.customers,
    now: onCitus ? ddl`at_now` : ddl`now()`,
    tenant: name(tenancy.column),
    idType: idType(tenancy),
    members: found('members'),
  };
}

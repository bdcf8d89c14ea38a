import type { Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { type Ddl, idType, name } from '@tenantry/core/sql';
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
}

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
  return {
    ...(Object.fromEntries(tableParts.map((part) => [part, found(part)])) as Record<
      TablePart,
      Ddl
    >),
    tenancy,
    tenant: name(tenancy.column),
    idType: idType(tenancy),
    members: found('members'),
  };
}

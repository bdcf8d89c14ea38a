import { withIsolation } from '../../model/isolation.ts';
import { titleOf } from '../../model/table.ts';
import type { Catalogue } from '../catalogue/model.ts';
import { letThroughRoles, otherRoles } from './other-roles.ts';
import { viewPolicies } from './policies.ts';
import type { TenantModel } from './tenant-model.ts';
import type { Bare, TableView } from './types.ts';

/** Converts the catalogue to the form that the rules read. */
export function subjectOf(read: Catalogue, roleName: string, model: TenantModel): Bare {
  const letThrough = letThroughRoles(read, roleName, model);
  const catalogue = withPassingOwners(read, letThrough);
  const usable = new Set(catalogue.schemas.filter((s) => s.roleMayUse).map((s) => s.name));
  const isolated = withIsolation(catalogue.tables, {
    declared: model.declared,
    tenantColumn: model.column,
    ownSchema: model.tenancy?.schema,
    besides: model.besides,
  });
  const policies = viewPolicies(isolated, catalogue.policies, model.tenancy);
  const placed = new Map(catalogue.citus?.tables.map((each) => [each.table, each]));
  const othersOf = otherRoles(catalogue, roleName, model);
  const tables = isolated.map(
    (table): TableView => ({
      ...table,
      title: titleOf(table),
      ofTenants: ['scoped', 'tenants', 'through', 'visible'].includes(table.isolation ?? ''),
      reachable: usable.has(table.schema) && table.rights.length > 0,
      isChild: table.parents.length > 0,
      policies: policies.get(table.oid) ?? [],
      others: othersOf(table),
      placed: placed.get(table.oid),
    }),
  );
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const functions = new Map(catalogue.functions.map((f) => [f.oid, f]));
  return {
    catalogue,
    roleName,
    roleBypasses: catalogue.role?.superuser === true || catalogue.role?.bypassRls === true,
    letThrough,
    model,
    tables,
    tenantTables: tables.filter((table) => table.ofTenants && !table.isChild),
    table: (oid) => byOid.get(oid),
    function: (oid) => functions.get(oid),
  };
}

/** A view or a function of a role that policies let through reads as much as one of a role that bypasses. */
function withPassingOwners(catalogue: Catalogue, letThrough: ReadonlySet<string>): Catalogue {
  const passing = <T extends { readonly owner: string; readonly ownerBypasses: boolean }>(
    each: T,
  ) => (letThrough.has(each.owner) ? { ...each, ownerBypasses: true } : each);
  return {
    ...catalogue,
    functions: catalogue.functions.map(passing),
    views: catalogue.views.map(passing),
  };
}

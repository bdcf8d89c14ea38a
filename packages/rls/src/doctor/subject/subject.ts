import type { Catalogue } from '../catalogue/model.ts';
import { declaredKinds, inferredKinds } from './kinds.ts';
import { otherRoles } from './other-roles.ts';
import { viewPolicies } from './policies.ts';
import type { TenantModel } from './tenant-model.ts';
import type { Bare, TableView } from './types.ts';

/** Converts the catalogue to the form that the rules read. */
export function subjectOf(catalogue: Catalogue, roleName: string, model: TenantModel): Bare {
  const kinds =
    model.declared === undefined
      ? inferredKinds(catalogue, model)
      : declaredKinds(catalogue, model);
  const usable = new Set(catalogue.schemas.filter((s) => s.roleMayUse).map((s) => s.name));
  const policies = viewPolicies(catalogue, kinds);
  const othersOf = otherRoles(catalogue, roleName, model);
  const tables = catalogue.tables.map((table): TableView => {
    const kind = kinds.get(table.oid) ?? {
      role: 'other' as const,
      tenantColumn: undefined,
      common: false,
    };
    return {
      ...table,
      ...kind,
      common: kind.common === true,
      title: titleOf(table),
      ofTenants: ['scoped', 'tenants', 'through', 'visible'].includes(kind.role),
      reachable: usable.has(table.schema) && table.rights.length > 0,
      isChild: table.parents.length > 0,
      policies: policies.get(table.oid) ?? [],
      others: othersOf(table),
    };
  });
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const functions = new Map(catalogue.functions.map((f) => [f.oid, f]));
  return {
    catalogue,
    roleName,
    roleBypasses: catalogue.role?.superuser === true || catalogue.role?.bypassRls === true,
    model,
    tables,
    tenantTables: tables.filter((table) => table.ofTenants && !table.isChild),
    table: (oid) => byOid.get(oid),
    function: (oid) => functions.get(oid),
  };
}

/** `projects`, or `crm.projects` outside of schema public. */
export const titleOf = ({
  schema,
  name,
}: {
  readonly schema: string;
  readonly name: string;
}): string => (schema === 'public' ? name : `${schema}.${name}`);

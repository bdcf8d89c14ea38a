import type { Tenancy } from '@tenantry/core';
import type { IsolationKind } from '../../fragments/notes.ts';
import type { TableModel } from '../../generate/model.ts';
import type { Catalogue, FunctionFacts, TableFacts } from '../catalogue/model.ts';
import type { PlanEvidence } from '../plans/evidence.ts';
import { declaredKinds, inferredKinds } from './kinds.ts';
import { type PolicyView, viewPolicies } from './policies.ts';

/** What `doctor` knows of the tenant before it looks. */
export interface TenantModel {
  /** The name of the tenant column; undefined when no table has one. */
  readonly column: string | undefined;
  readonly tenancy: Tenancy | undefined;
  /** The tables of the Drizzle schema; undefined without a project. */
  readonly declared: readonly TableModel[] | undefined;
}

/** A table, and what it means for tenants. */
export interface TableView extends TableFacts {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly title: string;
  /** As in `isolate(t)`, `tenants(t)` …; `other` when nothing says so. */
  readonly role: IsolationKind | 'other';
  /** Whether a row belongs to a tenant, so that policies must bind it. */
  readonly ofTenants: boolean;
  readonly tenantColumn: string | undefined;
  /** Whether the role can name it at all. */
  readonly reachable: boolean;
  readonly isChild: boolean;
  readonly policies: readonly PolicyView[];
}

/** Everything that the rules look at. */
export interface Subject {
  readonly catalogue: Catalogue;
  /** The role that serves tenants. */
  readonly roleName: string;
  /** Whether that role is not bound by policies anyway, so that its rights say nothing. */
  readonly roleBypasses: boolean;
  readonly model: TenantModel;
  readonly tables: readonly TableView[];
  /** The tables whose rows belong to tenants, without partitions and other children. */
  readonly tenantTables: readonly TableView[];
  table(oid: number): TableView | undefined;
  function(oid: number): FunctionFacts | undefined;
  readonly plans: readonly PlanEvidence[];
}

/** Brings the catalogue into the shape that the rules ask for. */
export function subjectOf(
  catalogue: Catalogue,
  roleName: string,
  model: TenantModel,
): Omit<Subject, 'plans'> {
  const kinds =
    model.declared === undefined
      ? inferredKinds(catalogue, model)
      : declaredKinds(catalogue, model);
  const usable = new Set(catalogue.schemas.filter((s) => s.roleMayUse).map((s) => s.name));
  const policies = viewPolicies(catalogue, kinds);
  const tables = catalogue.tables.map((table): TableView => {
    const kind = kinds.get(table.oid) ?? { role: 'other', tenantColumn: undefined };
    return {
      ...table,
      ...kind,
      title: titleOf(table),
      ofTenants: ['scoped', 'tenants', 'through', 'visible'].includes(kind.role),
      reachable: usable.has(table.schema) && table.rights.length > 0,
      isChild: table.parents.length > 0,
      policies: policies.get(table.oid) ?? [],
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

import type { IsolationKind } from '../../fragments/notes.ts';
import type { Catalogue, FunctionFacts, TableFacts } from '../catalogue/model.ts';
import type { Comparison } from '../intact/types.ts';
import type { OtherRole } from './other-roles.ts';
import type { PolicyView } from './policies.ts';
import type { TenantModel } from './tenant-model.ts';

/** A table, and what it means for tenants. */
export interface TableView extends TableFacts {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly title: string;
  /** As in `isolate(t)`, `tenants(t)` …; `other` when nothing says so. */
  readonly role: IsolationKind | 'other';
  /** Whether a row belongs to a tenant, so that policies must bind it. */
  readonly ofTenants: boolean;
  readonly tenantColumn: string | undefined;
  /** Whether rows without a tenant are common to all, as `isolate(t, { common: true })` says. */
  readonly common: boolean;
  /** Whether the role can name it at all. */
  readonly reachable: boolean;
  readonly isChild: boolean;
  readonly policies: readonly PolicyView[];
  /** Roles that policies bind and that hold rights on it, besides the examined one and ours. */
  readonly others: readonly OtherRole[];
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
  /** How what `generate` makes differs from what is there; undefined without a tenancy and a schema. */
  readonly comparison: Comparison | undefined;
}

/** What EXPLAIN says of reading a table as the role, without any condition of the query itself. */
export interface PlanEvidence {
  readonly table: TableView;
  /** Whether the tenant is an InitPlan: evaluated once a statement. */
  readonly initPlan: boolean;
  /** Whether an index finds the rows of the tenant. */
  readonly index: boolean;
  readonly lines: readonly string[];
}

/** What is known before the server is asked for plans and for what it makes of our statements. */
export type Bare = Omit<Subject, 'plans' | 'comparison'>;

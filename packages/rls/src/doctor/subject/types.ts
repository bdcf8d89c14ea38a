import type { LiveTable } from '../../model/live.ts';
import type { CitusTable } from '../catalogue/citus/model.ts';
import type { Catalogue, FunctionFacts } from '../catalogue/model.ts';
import type { Comparison } from '../intact/types.ts';
import type { OtherRole } from './other-roles.ts';
import type { PolicyView } from './policies.ts';
import type { TenantModel } from './tenant-model.ts';

/** A table, with its role in the tenancy. */
export interface TableView extends LiveTable {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly title: string;
  /** Whether a row belongs to a tenant, so that policies must bind it. */
  readonly ofTenants: boolean;
  /** Whether the role has USAGE on its schema and any right on the table. */
  readonly reachable: boolean;
  readonly isChild: boolean;
  readonly policies: readonly PolicyView[];
  /** Other roles that policies bind and that have rights on it. */
  readonly others: readonly OtherRole[];
  /** How Citus keeps it; undefined for a table that it does not know. */
  readonly placed: CitusTable | undefined;
}

/** The input of all rules. */
export interface Subject {
  readonly catalogue: Catalogue;
  /** The role that serves tenants. */
  readonly roleName: string;
  /** Whether policies do not bind that role, so its rights do not matter. */
  readonly roleBypasses: boolean;
  /** The roles of Tenantry whom policies show all rows: the system role, and those of features. */
  readonly letThrough: ReadonlySet<string>;
  readonly model: TenantModel;
  readonly tables: readonly TableView[];
  /** The tables whose rows belong to tenants, without partitions and other children. */
  readonly tenantTables: readonly TableView[];
  table(oid: number): TableView | undefined;
  function(oid: number): FunctionFacts | undefined;
  readonly plans: readonly PlanEvidence[];
  /** The differences between generated objects and the database; undefined without a tenancy and a schema. */
  readonly comparison: Comparison | undefined;
}

/** The plan of reading a table as the role, without a condition in the query. */
export interface PlanEvidence {
  readonly table: TableView;
  /** Whether the tenant is an InitPlan, evaluated once per statement. */
  readonly initPlan: boolean;
  /** Whether an index finds the rows of the tenant. */
  readonly index: boolean;
  /** To how many shards the query goes; undefined for a table that Citus does not know. */
  readonly tasks: number | undefined;
  readonly lines: readonly string[];
}

/** The subject before plans are read and objects are compared. */
export type Bare = Omit<Subject, 'plans' | 'comparison'>;

import type { Tenancy } from '@tenantry/core';
import type { TableModel } from '../../generate/model.ts';

/** What `doctor` knows about the tenant before it reads the database. */
export interface TenantModel {
  /** The name of the tenant column; undefined when no table has one. */
  readonly column: string | undefined;
  readonly tenancy: Tenancy | undefined;
  /** The tables of the Drizzle schema; undefined without a project. */
  readonly declared: readonly TableModel[] | undefined;
}

import type { Tenancy } from '@tenantry/core';
import type { TableModel } from '../../generate/model.ts';

/** What `doctor` knows of the tenant before it looks. */
export interface TenantModel {
  /** The name of the tenant column; undefined when no table has one. */
  readonly column: string | undefined;
  readonly tenancy: Tenancy | undefined;
  /** The tables of the Drizzle schema; undefined without a project. */
  readonly declared: readonly TableModel[] | undefined;
}

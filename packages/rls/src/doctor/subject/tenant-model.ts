import type { Tenancy } from '@tenantry/core';
import type { LiveTable } from '../../model/live.ts';
import type { DeclaredTable } from '../../model/table.ts';

/** What `doctor` knows about the tenant before it reads the database. */
export interface TenantModel {
  /** The name of the tenant column; undefined when no table has one. */
  readonly column: string | undefined;
  readonly tenancy: Tenancy | undefined;
  /** The tables of the Drizzle schema; undefined without a project. */
  readonly declared: readonly DeclaredTable[] | undefined;
  /** Exempt tables, which no rule checks and whose references still tell about others. */
  readonly besides: readonly LiveTable[];
}

import type { Tenancy } from '@tenantry/core';
import type { Catalog } from '../plans/catalog.ts';
import type { AuditPort, PlanPort } from '../ports.ts';

/** What a definition gives to its runtimes. */
export interface Defined {
  readonly tenancy: Tenancy;
  readonly catalog: Catalog;
  readonly graceDays: number;
  readonly limits: PlanPort | undefined;
  readonly audit: AuditPort | undefined;
  readonly countsSeats: boolean;
}

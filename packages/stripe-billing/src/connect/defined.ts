import type { Tenancy } from '@tenantry/core';
import type { Catalog } from '../plans/catalog.ts';
import type { Ports } from '../ports.ts';

/** What a definition gives to its runtimes. */
export interface Defined extends Ports {
  readonly tenancy: Tenancy;
  readonly catalog: Catalog;
  readonly graceDays: number;
  readonly countsSeats: boolean;
}

import type { Tenancy } from '@tenantry/core';
import { columnsOf } from './columns.ts';
import { rulesOf } from './rules.ts';

/** The fragments of the billing tables. */
export interface BillingTables<T extends Tenancy> {
  /** Columns to spread into your tables. */
  readonly columns: ReturnType<typeof columnsOf<T>>;
  /** Keys, indexes and policies to spread into their third argument. */
  readonly rules: ReturnType<typeof rulesOf>;
}

/**
 * Makes the fragments of the billing tables. They are separate from {@link defineBilling}, because the
 * limits of plans count tables of the schema, so the schema must be defined before the catalog.
 *
 * @example
 * ```ts
 * const { columns, rules } = defineBillingTables(tenancy);
 * export const invoices = pgTable('invoices', columns.invoices(), (t) => [...rules.invoices(t)]);
 * ```
 */
export const defineBillingTables = <T extends Tenancy>(tenancy: T): BillingTables<T> =>
  Object.freeze({
    columns: Object.freeze(columnsOf(tenancy)),
    rules: Object.freeze(rulesOf(tenancy)),
  });

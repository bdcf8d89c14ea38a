import type { Tenancy } from '@tenantry/core';
import { columnsOf } from './columns.ts';
import { rulesOf } from './rules.ts';

/** What spreads into the tables of billing. */
export interface BillingTables<T extends Tenancy> {
  /** Columns to spread into your tables. */
  readonly columns: ReturnType<typeof columnsOf<T>>;
  /** Keys, indexes and policies to spread into their third argument. */
  readonly rules: ReturnType<typeof rulesOf>;
}

/**
 * Makes the fragments of the billing tables. They stand apart from {@link defineBilling}, because the
 * limits that a plan lifts count tables of the schema: the schema comes first, then what is on sale.
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

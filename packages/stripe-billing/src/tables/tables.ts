import type { Tenancy } from '@tenantry/core';
import { columnsOf } from './columns.ts';
import { rulesOf } from './rules.ts';

/** `billing_webhook_events`: what a table is called that `generate` makes without a Drizzle schema. */
const nameOf = (part: string) =>
  `billing_${part.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

/**
 * The billing tables: `columns()` spreads into a `pgTable`, `rules(t)` into its third argument. `members`
 * has rules only: they mark the table of memberships whose rows are the seats.
 */
export function billingTables<T extends Tenancy>(tenancy: T) {
  const columns = columnsOf(tenancy);
  const rules = rulesOf(tenancy);
  const table = <N extends keyof typeof columns>(part: N) =>
    Object.freeze({ name: nameOf(part), columns: columns[part], rules: rules[part] });
  return Object.freeze({
    customers: table('customers'),
    subscriptions: table('subscriptions'),
    subscriptionItems: table('subscriptionItems'),
    invoices: table('invoices'),
    checkoutIntents: table('checkoutIntents'),
    products: table('products'),
    prices: table('prices'),
    webhookEvents: table('webhookEvents'),
    members: Object.freeze({ rules: rules.members }),
  });
}

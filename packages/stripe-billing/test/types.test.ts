import { defineTenancy } from '@tenantry/core';
import { type BillingRuntime, defineBilling, defineBillingTables } from '@tenantry/stripe-billing';
import { expect, expectTypeOf, test } from 'vitest';
import { type invoices, organizationBilling, type subscriptions } from './fixtures/application.ts';

const tenancy = defineTenancy({ tenant: 'workspace', id: 'text' });
const billing = defineBilling(tenancy, {
  plans: { pro: { monthly: 'a', yearly: 'b' }, team: { monthly: 'c' } },
});
type Order = Parameters<ReturnType<typeof billing.connect>['checkout']>[0];

test('a checkout names a plan and one of its intervals', () => {
  type Choice = Order extends infer O
    ? O extends Order
      ? [O['plan'], O['interval']]
      : never
    : never;
  expectTypeOf<Choice>().toEqualTypeOf<['pro', 'monthly' | 'yearly'] | ['team', 'monthly']>();
  expectTypeOf<BillingRuntime['webhook']>().toEqualTypeOf<
    (request: Request) => Promise<Response>
  >();
});

test('columns keep their types', () => {
  type Row = typeof organizationBilling.$inferSelect;
  expectTypeOf<Row['plan']>().toEqualTypeOf<string | null>();
  expectTypeOf<Row['access']>().toEqualTypeOf<string>();
  expectTypeOf<Row['periodEnd']>().toEqualTypeOf<Date | null>();
  expectTypeOf<Row['syncWanted']>().toEqualTypeOf<number>();
  expectTypeOf<(typeof invoices.$inferSelect)['total']>().toEqualTypeOf<number | null>();
  expectTypeOf<(typeof subscriptions.$inferSelect)['cancelAtPeriodEnd']>().toEqualTypeOf<boolean>();
  expect(organizationBilling.organizationId.name).toBe('organization_id');
  expect(Object.keys(defineBillingTables(tenancy).columns.invoices())).toContain('workspaceId');
});

test('a price stands for one thing, and a grace has an end', () => {
  const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
  const twice = { pro: { monthly: 'a', yearly: 'a' } };
  expect(() => defineBilling(tenancy, { plans: twice })).toThrow(invalid);
  expect(() => defineBilling(tenancy, { plans: { pro: { monthly: '' } } })).toThrow(invalid);
  expect(() => defineBilling(tenancy, { plans: {}, graceDays: -1 })).toThrow(invalid);
});

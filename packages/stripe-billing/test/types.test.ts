import { defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { counter, defineLimits } from '@tenantry/plan-limits';
import {
  type BillingAction,
  type BillingAuditEntry,
  type BillingAuditPort,
  type BillingRuntime,
  defineBilling,
} from '@tenantry/stripe-billing';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type invoices, organizationBilling, type subscriptions } from './fixtures/application.ts';

const tenancy = defineTenancy({ tenant: 'workspace', id: 'text' });
const plans = { pro: { monthly: 'a', yearly: 'b' }, team: { monthly: 'c' } } as const;
const billing = defineBilling(tenancy, { plans });
type Runtime = ReturnType<typeof billing.connect>;
type Order = Parameters<Runtime['checkout']>[0];

test('a checkout names a plan and one of its intervals', () => {
  type Choice = Order extends infer O
    ? O extends Order
      ? [O['plan'], O['interval']]
      : never
    : never;
  expectTypeOf<Choice>().toEqualTypeOf<['pro', 'monthly' | 'yearly'] | ['team', 'monthly']>();
  expectTypeOf<BillingRuntime<'workspaceId'>['webhook']>().toEqualTypeOf<
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
  expect(Object.keys(billing.tables.invoices.columns())).toContain('workspaceId');
});

test('a tenant is named by the word of the tenancy', () => {
  expectTypeOf<Parameters<Runtime['refresh']>[0]>().toEqualTypeOf<{
    readonly workspaceId: string;
  }>();
  expectTypeOf<Parameters<Runtime['link']>[0]['workspaceId']>().toEqualTypeOf<string>();
  type Failing = Awaited<ReturnType<Runtime['dead']>>['tenants'][number];
  expectTypeOf<Failing['workspaceId']>().toEqualTypeOf<string>();
  // @ts-expect-error the word of this tenancy is workspace
  type _Wrong = Failing['organizationId'];
});

test('a price stands for one thing, and a grace has an end', () => {
  const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
  const twice = { pro: { monthly: 'a', yearly: 'a' } };
  expect(() => defineBilling(tenancy, { plans: twice })).toThrow(invalid);
  expect(() => defineBilling(tenancy, { plans: { pro: { monthly: '' } } })).toThrow(invalid);
  expect(() => defineBilling(tenancy, { plans: {}, graceDays: -1 })).toThrow(invalid);
});

test('limits and audit log fit as they are', () => {
  const limits = defineLimits(tenancy, {
    features: { calls: counter({ per: 'month' }) },
    plans: { pro: { calls: 1 }, team: { calls: 2 } },
    defaultPlan: 'pro',
  });
  const looked = { 'project.looked_at': z.object({}) };
  const audit = defineAudit(tenancy, { actions: { ...billingActions, ...looked } });
  expect(defineBilling(tenancy, { plans, limits, audit }).name).toBe('stripe-billing');
  const loose = z.looseObject({});
  const actions = { 'billing.plan_changed': loose, 'billing.customer_linked': loose };
  defineBilling(tenancy, { plans, audit: defineAudit(tenancy, { actions }) });
  const own: BillingAuditPort<'workspaceId'> = {
    log: async (_tx, action, { workspaceId, resource, metadata }) =>
      [action, workspaceId, resource, metadata].length,
  };
  defineBilling(tenancy, { plans, audit: own });
});

test('an audit log without the actions of billing does not compile, and says what is missing', () => {
  const none = defineAudit(tenancy, { actions: { 'project.looked_at': z.object({}) } });
  // @ts-expect-error The audit log has no action billing.plan_changed: spread billingActions …
  defineBilling(tenancy, { plans, audit: none });
  const { 'billing.plan_changed': changed } = billingActions;
  const one = defineAudit(tenancy, { actions: { 'billing.plan_changed': changed } });
  // @ts-expect-error The audit log has no action billing.customer_linked: spread billingActions …
  defineBilling(tenancy, { plans, audit: one });
});

test('limits and audit log of another tenancy are refused', () => {
  const port = { setPlan: async () => {}, log: async () => {} };
  const theirs = { ...port, tenancy: defineTenancy({ tenant: 'team', id: 'text' }) };
  for (const given of [{ limits: theirs }, { audit: theirs }]) {
    expect(() => defineBilling(tenancy, { plans, ...given } as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/of another tenancy/),
      }),
    );
  }
});

test('the actions have the metadata that billing writes', () => {
  type Input = { [A in BillingAction]: z.input<(typeof billingActions)[A]> }[BillingAction];
  expectTypeOf<BillingAuditEntry<'workspaceId'>['metadata']>().toExtend<Input>();
  expect(Object.keys(billingActions)).toEqual(['billing.plan_changed', 'billing.customer_linked']);
});

import type { AuditDatabase } from '@tenantry/audit-log';
import type { LimitsDatabase } from '@tenantry/plan-limits';
import type { RbacDatabase } from '@tenantry/rbac';
import type { BillingDatabase } from '@tenantry/stripe-billing';
import type { Insertable, Selectable, Updateable } from 'kysely';
import { expectTypeOf, test } from 'vitest';
import type { openKysely } from '../src/database.ts';
import type { audit, billing, limits, rbac } from '../src/features.ts';

type Snake<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : S;

/** The columns that a feature makes, with whether they may be null. */
type Made<Part> = Part extends { columns(): infer Columns }
  ? {
      [K in keyof Columns & string as Snake<K>]: Columns[K] extends { _: { notNull: true } }
        ? 'not null'
        : 'null';
    }
  : never;

type Typed<Table> = {
  [K in keyof Selectable<Table>]: null extends Selectable<Table>[K] ? 'null' : 'not null';
};

type Rbac = (typeof rbac)['tables'];
type Limits = (typeof limits)['tables'];
type Billing = (typeof billing)['tables'];

test('the types for Kysely have the columns that a feature makes', () => {
  expectTypeOf<Typed<RbacDatabase['memberships']>>().toEqualTypeOf<Made<Rbac['memberships']>>();
  expectTypeOf<Typed<RbacDatabase['built_in_roles']>>().toEqualTypeOf<Made<Rbac['builtInRoles']>>();
  expectTypeOf<Typed<RbacDatabase['built_in_role_permissions']>>().toEqualTypeOf<
    Made<Rbac['builtInRolePermissions']>
  >();
  expectTypeOf<Typed<RbacDatabase['roles']>>().toEqualTypeOf<Made<Rbac['roles']>>();
  expectTypeOf<Typed<RbacDatabase['permissions']>>().toEqualTypeOf<Made<Rbac['permissions']>>();
  expectTypeOf<Typed<RbacDatabase['role_permissions']>>().toEqualTypeOf<
    Made<Rbac['rolePermissions']>
  >();
  expectTypeOf<Typed<RbacDatabase['member_roles']>>().toEqualTypeOf<Made<Rbac['memberRoles']>>();
  expectTypeOf<Typed<RbacDatabase['invitations']>>().toEqualTypeOf<Made<Rbac['invitations']>>();

  expectTypeOf<Typed<LimitsDatabase['plan_features']>>().toEqualTypeOf<
    Made<Limits['planFeatures']>
  >();
  expectTypeOf<Typed<LimitsDatabase['plan_state']>>().toEqualTypeOf<Made<Limits['planState']>>();
  expectTypeOf<Typed<LimitsDatabase['feature_overrides']>>().toEqualTypeOf<
    Made<Limits['featureOverrides']>
  >();
  expectTypeOf<Typed<LimitsDatabase['add_on_features']>>().toEqualTypeOf<
    Made<Limits['addOnFeatures']>
  >();
  expectTypeOf<Typed<LimitsDatabase['add_ons']>>().toEqualTypeOf<Made<Limits['addOns']>>();
  expectTypeOf<Typed<LimitsDatabase['usage_counters']>>().toEqualTypeOf<
    Made<Limits['usageCounters']>
  >();
  expectTypeOf<Typed<LimitsDatabase['usage_events']>>().toEqualTypeOf<
    Made<Limits['usageEvents']>
  >();
  expectTypeOf<Typed<LimitsDatabase['limit_states']>>().toEqualTypeOf<
    Made<Limits['limitStates']>
  >();
  expectTypeOf<Typed<LimitsDatabase['limit_events']>>().toEqualTypeOf<
    Made<Limits['limitEvents']>
  >();
  expectTypeOf<Typed<LimitsDatabase['entitlement_history']>>().toEqualTypeOf<
    Made<Limits['entitlementHistory']>
  >();
  expectTypeOf<Typed<LimitsDatabase['plan_history']>>().toEqualTypeOf<
    Made<Limits['planHistory']>
  >();

  expectTypeOf<Typed<AuditDatabase['audit_logs']>>().toEqualTypeOf<
    Made<(typeof audit)['tables']['entries']>
  >();

  expectTypeOf<Typed<BillingDatabase['billing_customers']>>().toEqualTypeOf<
    Made<Billing['customers']>
  >();
  expectTypeOf<Typed<BillingDatabase['billing_subscriptions']>>().toEqualTypeOf<
    Made<Billing['subscriptions']>
  >();
  expectTypeOf<Typed<BillingDatabase['billing_subscription_items']>>().toEqualTypeOf<
    Made<Billing['subscriptionItems']>
  >();
  expectTypeOf<Typed<BillingDatabase['billing_invoices']>>().toEqualTypeOf<
    Made<Billing['invoices']>
  >();
  expectTypeOf<Typed<BillingDatabase['billing_checkout_intents']>>().toEqualTypeOf<
    Made<Billing['checkoutIntents']>
  >();
  expectTypeOf<Typed<BillingDatabase['billing_products']>>().toEqualTypeOf<
    Made<Billing['products']>
  >();
  expectTypeOf<Typed<BillingDatabase['billing_prices']>>().toEqualTypeOf<Made<Billing['prices']>>();
  expectTypeOf<Typed<BillingDatabase['billing_webhook_events']>>().toEqualTypeOf<
    Made<Billing['webhookEvents']>
  >();
});

test('and Kysely reads them', () => {
  type Membership = Insertable<RbacDatabase['memberships']>;
  expectTypeOf<{ user_id: string }>().toExtend<Membership>();
  expectTypeOf<Selectable<RbacDatabase['memberships']>['joined_at']>().toEqualTypeOf<Date>();
  expectTypeOf<Selectable<LimitsDatabase['usage_counters']>['used']>().toEqualTypeOf<string>();
  // the database computes it
  expectTypeOf<Updateable<RbacDatabase['member_roles']>>().not.toHaveProperty('own_role_id');
  type Own = Selectable<RbacDatabase<'team_id', number, string>['memberships']>;
  expectTypeOf<Own>().toEqualTypeOf<{ team_id: number; user_id: string; joined_at: Date }>();
  const query = (db: ReturnType<typeof openKysely>) =>
    db.selectFrom('member_roles').select('role_id').executeTakeFirstOrThrow();
  expectTypeOf(query).returns.resolves.toEqualTypeOf<{ role_id: string }>();
});

import type { TenantInput } from '@tenantry/core';
import { checkType, typeName } from '@tenantry/core/errors';
import { atPlaceOf } from '@tenantry/core/scope';
import { checkedMethods, type Queryable, requiredTenant } from '@tenantry/core/sql';
import type { HeldPlan } from '../answers.ts';
import { call } from '../calls.ts';
import type { Definition } from '../sql/model.ts';
import {
  checkAddOn,
  checkFeature,
  checkPlan,
  checkUsage,
  code,
  text,
  time,
  within,
} from './check.ts';

/** A change of a tenant's plan, by billing, support or a script. Missing properties keep their values. */
export type PlanChange<P extends string = string> = TenantInput<P> & {
  /** Null means the default plan. */
  readonly plan: string | null;
  /** All add-ons of the tenant, by quantity; those that are not listed are removed. */
  readonly addons?: Readonly<Record<string, number>> | undefined;
  /** The end of the trial, for display only; billing ends the trial by another change. */
  readonly trialEndsAt?: Date | null | undefined;
  /** The start of the billing period, which is the anchor of counters. */
  readonly periodStart?: Date | null | undefined;
  readonly periodEnd?: Date | null | undefined;
  /** While it is true nothing can be added, and everything stays readable. */
  readonly readOnly?: boolean | undefined;
  /** The source of the change: `stripe`, `support`. */
  readonly source: string;
  /** A change with a lower version than the last one is ignored. */
  readonly version?: bigint | number | undefined;
};

/** A plan that holds until a time, over the tenant's own. */
export type PlanTrial<P extends string = string> = TenantInput<P> & {
  readonly plan: string;
  readonly endsAt: Date;
};

/** An override for one tenant. */
export type LimitOverride<
  Feature extends string = string,
  P extends string = string,
> = TenantInput<P> & {
  readonly feature: Feature;
  /** The limit that replaces the plan's (`'unlimited'` for none, 0 to deny), or… */
  readonly set?: number | 'unlimited';
  /** …the number to add to it; negative to subtract. */
  readonly add?: number;
  /** When it begins. Default: now. */
  readonly startsAt?: Date;
  /** When it ends. Default: when `endOverride` is called. */
  readonly endsAt?: Date;
  /** The reason, for later readers. */
  readonly reason: string;
  readonly actor: string;
};

/**
 * Changes of plans and overrides. They run in `tenancy.asSystem({ …, write: true }, …)`. `setPlan` and
 * `getPlan` are what billing needs: `defineBilling(tenancy, { limits })` takes the limits as they are.
 */
export interface PlanApi<Feature extends string, P extends string> {
  /**
   * Sets the plan of a tenant, inside the caller's transaction, as the system role. It is idempotent. A
   * downgrade deletes nothing. With `graceDays` on the new plan the former limits stay valid for the
   * grace period.
   *
   * Sends `select tenantry.limit_set_plan(tenant, change)`.
   * @returns whether it was applied; false for a version older than the last.
   * @throws TenantryError `PLAN_UNKNOWN`, `ADD_ON_UNKNOWN`, `TENANT_NOT_FOUND`, `TENANT_ID_MALFORMED`,
   *   `TENANT_CONTEXT_MISSING` when the change names no tenant
   * @example
   * ```ts
   * await limits.setPlan(tx, { organizationId, plan: 'pro', addons: { seats: 2 }, source: 'support' });
   * ```
   */
  setPlan(db: Queryable, change: PlanChange<P>): Promise<boolean>;
  /**
   * The plan and the add-ons of a tenant, and their source. The row is locked until the caller's
   * transaction ends, so that a plan of another source is not overwritten. As the system role.
   *
   * Sends `select tenantry.limit_held_plan(tenant)`.
   * @returns null for a tenant without a row.
   * @throws TenantryError `TENANT_ID_MALFORMED`, `TENANT_CONTEXT_MISSING`
   */
  getPlan(db: Queryable, of: TenantInput<P>): Promise<HeldPlan | null>;
  /**
   * Gives a tenant another plan until a time; then its own plan is valid again.
   * @throws TenantryError `PLAN_UNKNOWN`, `TENANT_NOT_FOUND`
   */
  startTrial(db: Queryable, trial: PlanTrial<P>): Promise<void>;
  /**
   * Adds an override for a tenant.
   * @returns its id.
   * @throws TenantryError `FEATURE_UNKNOWN`, `USAGE_INVALID`
   */
  addOverride(db: Queryable, override: LimitOverride<Feature, P>): Promise<string>;
  /** Ends an override now. @returns whether it was still active. */
  endOverride(db: Queryable, override: TenantInput<P> & { readonly id: string }): Promise<boolean>;
}

const one = ['any', 'object'] as const;

/** Makes the functions that change plans. */
export function planApi(definition: Definition): PlanApi<string, string> {
  const { tenancy } = definition;
  const at = <R>(db: Queryable, tenant: string, fn: () => Promise<R>) =>
    atPlaceOf(tenancy, tenant, db, fn);
  return checkedMethods<PlanApi<string, string>>(
    'limits',
    { setPlan: one, getPlan: one, startTrial: one, addOverride: one, endOverride: one },
    {
      async setPlan(db, change) {
        const { addons, version, plan, source, trialEndsAt, periodStart, periodEnd, readOnly } =
          change;
        const tenant = requiredTenant(tenancy, change);
        if (plan !== null) checkPlan(definition, plan);
        text(source, 'the source of a plan');
        checkType(addons, 'object?', 'option addons of limits.setPlan', code);
        checkType(readOnly, 'boolean?', 'option readOnly of limits.setPlan', code);
        for (const [addOn, quantity] of Object.entries(addons ?? {})) {
          checkAddOn(addOn);
          within(quantity, 0, 2_147_483_647, 'quantity of an add-on:');
        }
        checkUsage(
          version === undefined || isVersion(version),
          `version ${/^(number|bigint)$/.test(typeof version) ? version : `of type ${typeName(version)}`}`,
          'Use a whole number of up to 63 bits.',
        );
        const times = { trialEndsAt, periodStart, periodEnd };
        for (const [key, date] of Object.entries(times)) {
          if (date !== undefined && date !== null) time(date, key);
        }
        const json = JSON.stringify({
          ...times,
          readOnly,
          plan,
          source,
          addons,
          version: version?.toString(),
        });
        return at(db, tenant, () => call(db, 'limit_set_plan', tenant, json));
      },
      async getPlan(db, of) {
        const tenant = requiredTenant(tenancy, of);
        return at(db, tenant, () => call(db, 'limit_held_plan', tenant));
      },
      async startTrial(db, trial) {
        checkPlan(definition, trial.plan);
        const end = time(trial.endsAt, 'endsAt');
        const tenant = requiredTenant(tenancy, trial);
        await at(db, tenant, () => call(db, 'limit_start_trial', tenant, trial.plan, end));
      },
      async addOverride(db, override) {
        const { feature, set, add, startsAt, endsAt, reason, actor } = override;
        checkFeature(definition, feature);
        text(reason, 'the reason of an override');
        text(actor, 'the actor of an override');
        checkUsage(
          (set === undefined) !== (add === undefined),
          'an override with neither or both of set and add',
          'Pass one of them.',
        );
        const value = set === 'unlimited' ? null : (set ?? add);
        checkUsage(
          value === null ||
            (Number.isSafeInteger(value) && (add !== undefined || (value ?? -1) >= 0)),
          `override to ${typeof value === 'number' ? value : `type ${typeName(value)}`}`,
          'Use a whole number, from 0 where it sets the limit.',
        );
        const tenant = requiredTenant(tenancy, override);
        const mode = add === undefined ? 'set' : 'add';
        const from = startsAt === undefined ? null : time(startsAt, 'startsAt');
        const to = endsAt === undefined ? null : time(endsAt, 'endsAt');
        return at(db, tenant, () =>
          call(db, 'limit_add_override', tenant, feature, mode, value, from, to, reason, actor),
        );
      },
      async endOverride(db, override) {
        const id = text(override.id, 'the id of an override');
        const tenant = requiredTenant(tenancy, override);
        return at(db, tenant, () => call(db, 'limit_end_override', tenant, id));
      },
    },
    code,
  );
}

const isVersion = (version: unknown): boolean =>
  typeof version === 'bigint'
    ? BigInt.asIntN(64, version) === version
    : Number.isSafeInteger(version);

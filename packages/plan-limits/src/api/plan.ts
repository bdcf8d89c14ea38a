import { TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { Definition } from '../sql/model.ts';
import { call } from './call.ts';

/** What billing, support or a script says of a tenant's plan. What it leaves out stays as it is. */
export interface PlanChange {
  readonly tenantId: string;
  /** Null is the default plan. */
  readonly plan: string | null;
  /** All add-ons that the tenant has, by quantity; those that are not named go. */
  readonly addons?: Readonly<Record<string, number>> | undefined;
  /** Until when this plan is on trial, to be shown; billing ends it by another change. */
  readonly trialEndsAt?: Date | null | undefined;
  /** Where the billing period began: the anchor that counters follow. */
  readonly periodStart?: Date | null | undefined;
  readonly periodEnd?: Date | null | undefined;
  /** Nothing can be added while it is true, and everything stays readable. */
  readonly readOnly?: boolean | undefined;
  /** Who says so: `stripe`, `support`. */
  readonly source: string;
  /** A change with a lower version than the last one is left out. */
  readonly version?: bigint | number | undefined;
}

/** The port by which billing sets plans. */
export interface PlanPort {
  /**
   * Sets what a tenant may use, inside the caller's transaction, as the system role. Calling it again
   * changes nothing. A downgrade deletes nothing; with `graceDays` on the new plan the limits from before
   * hold that long.
   *
   * Sends `select tenantry.limit_set_plan(tenant, change)`.
   * @returns whether it was applied: false for a version older than the last.
   * @throws TenantryError `PLAN_UNKNOWN`, `ADD_ON_UNKNOWN`, `TENANT_NOT_FOUND`, `TENANT_ID_MALFORMED`
   */
  setPlan(db: Queryable, change: PlanChange): Promise<boolean>;
  /**
   * The plan and the add-ons that a tenant has, and who gave them; locked until the caller's transaction
   * ends, so that a plan which somebody else gave is not written over. As the system role.
   *
   * Sends `select tenantry.limit_held_plan(tenant)`.
   * @returns null for a tenant that has no row.
   * @throws TenantryError `TENANT_ID_MALFORMED`
   */
  getPlan(db: Queryable, tenantId: string): Promise<HeldPlan | null>;
}

/** What a tenant has. */
export interface HeldPlan {
  /** Null is the default plan. */
  readonly plan: string | null;
  /** Who gave it: `stripe:sub_…`, `support`; null where nobody said. */
  readonly source: string | null;
  readonly readOnly: boolean;
  /** Whether it is the plan of a tenant that was given none. */
  readonly isDefault: boolean;
  /** Add-on → quantity. */
  readonly addons: Readonly<Record<string, number>>;
}

/** A plan that holds until a time, over the tenant's own. */
export interface Trial {
  readonly tenantId: string;
  readonly plan: string;
  readonly endsAt: Date;
}

/** An exception for one tenant. */
export interface Override<Feature extends string = string> {
  readonly tenantId: string;
  readonly feature: Feature;
  /** The limit in place of the plan's (`'unlimited'` for none, 0 to deny), or… */
  readonly set?: number | 'unlimited';
  /** …how many more, or with a minus fewer. */
  readonly add?: number;
  /** From now on when left out. */
  readonly startsAt?: Date;
  /** Until it is ended when left out. */
  readonly endsAt?: Date;
  /** Why, for whoever looks at it later. */
  readonly reason: string;
  readonly actor: string;
}

/** Changes of what a tenant may use. They run in `tenancy.asSystem({ …, write: true }, …)`. */
export interface PlanApi<Feature extends string> {
  readonly port: PlanPort;
  /**
   * Gives a tenant another plan until a time; then its own holds again by itself.
   * @throws TenantryError `PLAN_UNKNOWN`, `TENANT_NOT_FOUND`
   */
  startTrial(db: Queryable, trial: Trial): Promise<void>;
  /**
   * Makes an exception for a tenant.
   * @returns its id.
   * @throws TenantryError `FEATURE_UNKNOWN`, `USAGE_INVALID`
   */
  addOverride(db: Queryable, override: Override<Feature>): Promise<string>;
  /** Ends an exception now. @returns whether it was still in force. */
  endOverride(
    db: Queryable,
    override: { readonly tenantId: string; readonly id: string },
  ): Promise<boolean>;
}

/** Makes the functions that change plans. */
export function planApi<Feature extends string>(definition: Definition): PlanApi<Feature> {
  const { tenancy } = definition;
  return {
    port: Object.freeze({
      async setPlan(db: Queryable, change: PlanChange) {
        const { tenantId, addons, version, ...rest } = change;
        for (const [addOn, quantity] of Object.entries(addons ?? {})) {
          check(
            Number.isInteger(quantity) && quantity >= 0 && quantity <= 2_147_483_647,
            `quantity ${quantity} of add-on ${addOn}`,
          );
        }
        check(
          version === undefined || typeof version === 'bigint' || Number.isSafeInteger(version),
          `version ${String(version)}`,
        );
        const json = JSON.stringify({ ...rest, addons, version: version?.toString() });
        return call<boolean>(db, 'limit_set_plan', [tenancy.parseId(tenantId), json]);
      },
      getPlan: async (db: Queryable, tenantId: string) =>
        call<HeldPlan | null>(db, 'limit_held_plan', [tenancy.parseId(tenantId)]),
    }),
    async startTrial(db, { tenantId, plan, endsAt }) {
      check(!Number.isNaN(endsAt.getTime()), 'an end of the trial that is no date');
      await call(db, 'limit_start_trial', [tenancy.parseId(tenantId), plan, endsAt.toISOString()]);
    },
    async addOverride(db, override) {
      const { tenantId, feature, set, add, startsAt, endsAt, reason, actor } = override;
      check(
        (set === undefined) !== (add === undefined),
        'an override with neither or both of set and add',
      );
      const value = set === 'unlimited' ? null : (set ?? add);
      check(
        value === null ||
          (Number.isSafeInteger(value) && (add !== undefined || (value ?? -1) >= 0)),
        `override to ${String(value)}`,
      );
      return call<string>(db, 'limit_add_override', [
        tenancy.parseId(tenantId),
        feature,
        add === undefined ? 'set' : 'add',
        value,
        startsAt?.toISOString() ?? null,
        endsAt?.toISOString() ?? null,
        reason,
        actor,
      ]);
    },
    async endOverride(db, { tenantId, id }) {
      return call<boolean>(db, 'limit_end_override', [tenancy.parseId(tenantId), id]);
    },
  };
}

function check(holds: boolean, found: string): asserts holds {
  if (!holds) {
    throw new TenantryError('USAGE_INVALID', {
      found,
      fix: 'Use whole numbers, and dates that exist.',
    });
  }
}

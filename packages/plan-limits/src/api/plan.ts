import { TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { Definition } from '../sql/model.ts';
import { call } from './call.ts';
import {
  checkFeature,
  checkPlan,
  checkText,
  checkUsage,
  isoDate,
  travels,
  within,
} from './check.ts';

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
  /** When it begins. Default: now. */
  readonly startsAt?: Date;
  /** When it ends. Default: when `endOverride` is called. */
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
        const { tenantId, addons, version, plan, source, ...rest } = change;
        if (plan !== null) checkPlan(definition, plan);
        checkText(source, 'the source of a plan');
        for (const [addOn, quantity] of Object.entries(addons ?? {})) {
          if (!travels(addOn)) throw new TenantryError('ADD_ON_UNKNOWN');
          within(quantity, 0, 2_147_483_647, 'quantity of an add-on:');
        }
        checkUsage(
          version === undefined || isVersion(version),
          `version ${String(version).slice(0, 40)}`,
          'Use a whole number of up to 63 bits.',
        );
        for (const key of ['trialEndsAt', 'periodStart', 'periodEnd'] as const) {
          const date = rest[key];
          if (date !== undefined && date !== null) isoDate(date, key);
        }
        const json = JSON.stringify({
          ...rest,
          plan,
          source,
          addons,
          version: version?.toString(),
        });
        return call<boolean>(db, 'limit_set_plan', [tenancy.parseId(tenantId), json]);
      },
      getPlan: async (db: Queryable, tenantId: string) =>
        call<HeldPlan | null>(db, 'limit_held_plan', [tenancy.parseId(tenantId)]),
    }),
    async startTrial(db, { tenantId, plan, endsAt }) {
      checkPlan(definition, plan);
      const end = isoDate(endsAt, 'endsAt');
      await call(db, 'limit_start_trial', [tenancy.parseId(tenantId), plan, end]);
    },
    async addOverride(db, override) {
      const { tenantId, feature, set, add, startsAt, endsAt, reason, actor } = override;
      checkFeature(definition, feature);
      checkText(reason, 'the reason of an override');
      checkText(actor, 'the actor of an override');
      checkUsage(
        (set === undefined) !== (add === undefined),
        'an override with neither or both of set and add',
        'Pass one of them.',
      );
      const value = set === 'unlimited' ? null : (set ?? add);
      checkUsage(
        value === null ||
          (Number.isSafeInteger(value) && (add !== undefined || (value ?? -1) >= 0)),
        `override to ${String(value)}`,
        'Use a whole number, from 0 where it sets the limit.',
      );
      return call<string>(db, 'limit_add_override', [
        tenancy.parseId(tenantId),
        feature,
        add === undefined ? 'set' : 'add',
        value,
        startsAt === undefined ? null : isoDate(startsAt, 'startsAt'),
        endsAt === undefined ? null : isoDate(endsAt, 'endsAt'),
        reason,
        actor,
      ]);
    },
    async endOverride(db, { tenantId, id }) {
      checkText(id, 'the id of an override');
      return call<boolean>(db, 'limit_end_override', [tenancy.parseId(tenantId), id]);
    },
  };
}

const isVersion = (version: unknown): boolean =>
  typeof version === 'bigint'
    ? BigInt.asIntN(64, version) === version
    : Number.isSafeInteger(version);

import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const planLimitsErrors = defineErrors('@tenantry/plan-limits', {
  LIMIT_REACHED: {
    status: 403,
    title: 'The plan does not allow more of this',
    fix: 'Upgrade the plan, add an override or an add-on, or free some of what is used; details say how much is used of which limit, and when it resets.',
  },
  FEATURE_NOT_IN_PLAN: {
    status: 403,
    title: 'The plan does not include this feature',
    fix: 'Upgrade to a plan that includes it, or add a row for it to plan_features.',
  },
  PLAN_READ_ONLY: {
    status: 402,
    title: 'The plan is read-only at the moment, so nothing can be added',
    fix: 'Settle the open invoice; billing lifts it by setPlan(db, { readOnly: false, … }).',
  },
  ISOLATION_LEVEL_REFUSED: {
    status: 500,
    title: 'A live count cannot be exact at this isolation level',
    fix: "Run the transaction at READ COMMITTED, PostgreSQL's default, or count with counted({ mode: 'counter' }).",
  },
  USAGE_INVALID: {
    status: 400,
    title: 'An amount, key or expiry of usage is not valid',
    fix: 'Use a whole amount from 1 to 9007199254740991 and a key of 1 to 200 characters.',
  },
  USAGE_KEY_REUSED: {
    status: 409,
    title: 'The idempotency key was used before, for something else',
    fix: 'Use a new key for each operation, and the same key and amount when you try it again.',
  },
  USAGE_NOT_FOUND: {
    status: 404,
    title: 'There is no usage under this key',
    fix: 'Consume or reserve under the key first; events older than the retention of limits.upkeep are gone.',
  },
  USAGE_STATE_INVALID: {
    status: 409,
    title: 'The usage under this key is past the point where this can be done',
    fix: 'A reservation is confirmed or released once and before it expires; consumed usage is refunded.',
  },
  FEATURE_UNKNOWN: {
    status: 500,
    title: 'The database does not know this feature',
    fix: 'Run tenantry generate and migrate, and call the function that fits the kind of the feature.',
  },
  PLAN_UNKNOWN: {
    status: 422,
    title: 'There is no such plan',
    fix: 'Add the plan to defineLimits({ plans }) and migrate, or add its rows to plan_features.',
  },
  ADD_ON_UNKNOWN: {
    status: 422,
    title: 'There is no such add-on',
    fix: 'Add it to defineLimits({ addOns }) and migrate, or add its rows to add_on_features.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof planLimitsErrors, true> {}
}
